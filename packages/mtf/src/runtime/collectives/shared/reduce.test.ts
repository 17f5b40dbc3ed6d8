import { expect, test } from "vitest";
import { referenceBackend } from "../../../backend/reference/index.ts";
import { defineMesh } from "../../../mesh.ts";
import { makeDevice } from "../../execute/device.ts";
import { aValue, origin } from "../../testing/programs.ts";
import { sharedMemory } from "./collectives.ts";
import { groupMemory } from "./staging.ts";

test.each([
  [2, 1],
  [3, 2],
])("of %i devices each waits for the others %i times in an all-reduce", (size, waits) => {
  const mesh = defineMesh({ a: size });
  const dims = [{ name: "x", size: 5 }];
  const values = [
    aValue(dims, { split: {}, partial: ["a"] }, "float32"),
    aValue(dims, { split: {}, partial: [] }, "float32"),
  ];
  const device = makeDevice(mesh, 0, referenceBackend());
  const memory = groupMemory(mesh, ["a"], 1024, (bytes) => new ArrayBuffer(bytes));
  const { reduce } = sharedMemory({ mesh, wide: true, memory: () => memory, barrier: undefined });
  const phases = reduce(
    [{ kind: "reduce", name: "all-reduce", fn: "sum", axes: ["a"], operand: 0, result: 1, origin }],
    { device, values, slots: [] },
    false,
  );
  expect(phases).toHaveLength(1 + waits);
});
