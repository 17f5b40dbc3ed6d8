import { expect, it } from "vitest";
import { defineMesh } from "../mesh.ts";
import { aValue } from "../runtime/testing/programs.ts";
import { sliceOf } from "./sliceOf.ts";

it("is a range of each dim, the first parts larger", () => {
  const dims = [
    { name: "row", size: 7 },
    { name: "column", size: 4 },
  ];
  const value = aValue(dims, { split: { row: ["x", "y"] }, partial: [] });
  const mesh = defineMesh({ x: 2, y: 2 });
  const rows = [0, 1, 2, 3].map((device) => sliceOf(value, mesh, device)[0]);
  expect(rows).toEqual([
    { begin: 0, size: 2 },
    { begin: 2, size: 2 },
    { begin: 4, size: 2 },
    { begin: 6, size: 1 },
  ]);
  expect(sliceOf(value, mesh, 3)[1]).toEqual({ begin: 0, size: 4 });
});
