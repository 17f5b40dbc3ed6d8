import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dimension } from "../../dimension.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import { defineMesh } from "../../mesh.ts";
import type { Placement } from "../../program/placement.ts";
import { readRestingHere } from "../../runtime/sharded.ts";
import { simulator } from "../../simulator.ts";
import { placeholder } from "../../trace.ts";
import { openSafetensors } from "../safetensors/index.ts";
import { openCheckpoint, saveCheckpoint } from "./index.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "resting-"));
});
afterAll(() => rm(folder, { recursive: true }));

const dims = [dimension("row", 5), dimension("column", 7)] as const;
const numbers = Float32Array.from({ length: 35 }, (_, i) => Math.sin(i * i) * 3);
const splits: readonly Placement["split"][] = [
  {},
  { row: ["a"] },
  { column: ["b"] },
  { row: ["a"], column: ["b"] },
];
const whole = dims.map(({ size }) => ({ begin: 0, size }));

test.each([
  ["bfloat16", { w: "BF16" }],
  ["float16", { w: "F16" }],
  [
    { dtype: "int8", scales: ["row"] },
    { w: "I8", "w.scales": "F32" },
  ],
  [
    { dtype: "int8", scales: [] },
    { w: "I8", "w.scales": "F32" },
  ],
] as const)("what rests as %j is stored so, and comes back bit by bit", async (rest, stored) => {
  const tensor = placeholder(dims, { rest }) as unknown as AnyTensor;
  const devices = await simulator(defineMesh("a:2,b:3"));
  for (const split of splits) {
    const path = await mkdtemp(join(folder, "one-"));
    const w = await devices.put(tensor, { split, partial: [] }, numbers);
    await saveCheckpoint(path, { w });
    const file = await openSafetensors(join(path, "device-0.safetensors"));
    const types = [...file.tensors].map(([name, { dtype }]) => [name, dtype]);
    expect(Object.fromEntries(types)).toEqual(stored);
    await file.close();
    const checkpoint = await openCheckpoint(path);
    expect(checkpoint.tensors.get("w")!.rest).toEqual(rest);
    for (const other of splits) {
      const source = checkpoint.source("w");
      const again = await devices.put(tensor, { split: other, partial: [] }, source);
      expect(await readRestingHere(again, whole)).toEqual(await readRestingHere(w, whole));
      const wide = placeholder(dims) as unknown as AnyTensor;
      const widened = await devices.put(wide, { split: other, partial: [] }, source);
      expect(await widened.read()).toEqual(await w.read());
    }
    await checkpoint.close();
  }
  await devices.close();
});
