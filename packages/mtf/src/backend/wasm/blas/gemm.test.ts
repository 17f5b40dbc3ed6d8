import * as fc from "fast-check";
import { expect, test } from "vitest";
import { gemmOf, type ProductDims, paysOff } from "./gemm.ts";
import { asStored, transposed } from "./library.ts";

const dims = (size: number, first: number, second: number) =>
  size === 1 ? [] : [{ size, strides: [first, second] }];

/** A product of m x k and k x n matrices by rows, or by columns where the name is turned. */
function product(a: "mk" | "km", b: "kn" | "nk", c: "mn" | "nm", [m, k, n]: number[]): ProductDims {
  const [am, ak] = a === "mk" ? [k!, 1] : [1, m!];
  const [bk, bn] = b === "kn" ? [n!, 1] : [1, k!];
  const [cm, cn] = c === "mn" ? [n!, 1] : [1, m!];
  return { rows: dims(m!, am, cm), columns: dims(n!, bn, cn), depths: dims(k!, ak, bk) };
}

test("every order of two dims is a call", () => {
  expect(gemmOf(product("mk", "kn", "mn", [2, 3, 5]))).toEqual({
    ...{ m: 2, n: 5, k: 3, swapped: false, ldc: 5 },
    left: { trans: asStored, ld: 3 },
    right: { trans: asStored, ld: 5 },
  });
  expect(gemmOf(product("km", "nk", "mn", [2, 3, 5]))).toMatchObject({
    left: { trans: transposed, ld: 2 },
    right: { trans: transposed, ld: 3 },
  });
  expect(gemmOf(product("mk", "kn", "nm", [2, 3, 5]))).toEqual({
    ...{ m: 5, n: 2, k: 3, swapped: true, ldc: 2 },
    left: { trans: transposed, ld: 5 },
    right: { trans: transposed, ld: 3 },
  });
});

test("a matrix may be part of a larger one", () => {
  const rows = [{ size: 4, strides: [100, 50] }];
  const depths = [{ size: 8, strides: [1, 40] }];
  const columns = [{ size: 8, strides: [1, 1] }];
  expect(gemmOf({ rows, columns, depths })).toMatchObject({
    left: { trans: asStored, ld: 100 },
    right: { trans: asStored, ld: 40 },
    ldc: 50,
  });
});

test("what no call can say is left to others", () => {
  const two = { size: 4, strides: [7, 2] };
  expect(gemmOf({ rows: [two], columns: [], depths: [two] })).toBeUndefined();
  expect(gemmOf({ ...product("mk", "kn", "mn", [2, 3, 5]), rows: [two, two] })).toBeUndefined();
});

test("lines never overlap, whatever the sizes", () => {
  const size = fc.integer({ min: 1, max: 4 });
  const orders = fc.tuple(
    fc.constantFrom("mk" as const, "km" as const),
    fc.constantFrom("kn" as const, "nk" as const),
    fc.constantFrom("mn" as const, "nm" as const),
  );
  void fc.assert(
    fc.property(orders, fc.tuple(size, size, size), ([a, b, c], sizes) => {
      const { m, n, k, left, right, ldc } = gemmOf(product(a, b, c, sizes))!;
      expect(left.ld).toBeGreaterThanOrEqual(left.trans === asStored ? k : m);
      expect(right.ld).toBeGreaterThanOrEqual(right.trans === asStored ? n : k);
      expect(ldc).toBeGreaterThanOrEqual(n);
    }),
  );
});

test.each([
  [25, 25, 25, "ours"],
  [25, 26, 26, "BLAS"],
  // Few rows: the other operand is streamed, unless it stays in the cache.
  [7, 1024, 1024, "ours"],
  [8, 1024, 1024, "BLAS"],
  [1024, 1024, 7, "ours"],
  [1024, 1024, 8, "BLAS"],
  [1, 256, 256, "BLAS"],
  [1, 257, 256, "ours"],
] as const)("a product of %i x %i x %i that adds up rows is for %s", (m, k, n, best) => {
  // With few columns, those of the first operand are streamed.
  const [a, b] = m < n ? (["mk", "kn"] as const) : (["km", "kn"] as const);
  expect(paysOff(gemmOf(product(a, b, "mn", [m, k, n]))!)).toBe(best === "BLAS");
});

test.each([
  [11, 1024, 1024, "ours"],
  [12, 1024, 1024, "BLAS"],
  [1024, 1024, 11, "ours"],
  [1024, 1024, 12, "BLAS"],
] as const)("a product of dots, %i x %i x %i, is for %s", (m, k, n, best) => {
  expect(paysOff(gemmOf(product("mk", "nk", "mn", [m, k, n]))!)).toBe(best === "BLAS");
});
