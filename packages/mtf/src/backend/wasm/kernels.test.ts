import { describe, expect, test } from "vitest";
import { checkBackend } from "../../../test/support/checkBackend.ts";
import { kinds } from "../../../test/support/kernelCases.ts";
import { draws } from "../../testing/draws.ts";
import type { Slice } from "../backend.ts";
import { wasmBackend } from "./index.ts";

describe.each([true, false])("relaxed SIMD: %s", async (relaxed) => {
  const backend = await wasmBackend({ relaxed });

  test.each(kinds)("%s is the reference's, in any order of dims and on any slice", async (kind) => {
    await checkBackend(backend, { kinds: [kind], runs: draws(100) });
  });
});

test.each(kinds)("%s takes any number of dims", async (kind) => {
  await checkBackend(await wasmBackend(), { kinds: [kind], runs: draws(100), crowd: 5 });
});

test("topK gives its two results each in its own order of dims", async () => {
  const backend = await wasmBackend();
  const dim = (name: string, size: number) => ({ name, size });
  const slice = (dims: { name: string; size: number }[], dtype: "float32" | "int32"): Slice => ({
    dims,
    dtype,
    box: dims.map(({ size }) => ({ begin: 0, size })),
  });
  const [a, row, k] = [dim("a", 2), dim("row", 4), dim("k", 3)];
  const kernel = backend.bind(
    { kind: "topK", attributes: { over: "row", k: "k" } },
    [slice([a, row], "float32")],
    [slice([a, k], "float32"), slice([k, a], "int32")],
    [],
  );
  const x = backend.upload(Float32Array.of(3, 5, 5, 1, 2, Number.NaN, 7, -1), [2, 4], "float32");
  const [values, places] = await kernel([x]);
  expect([...backend.view(values!)!]).toEqual([5, 5, 3, Number.NaN, 7, 2]);
  expect([...backend.view(places!)!]).toEqual([1, 1, 2, 2, 0, 0]);
  for (const buffer of [x, values!, places!]) backend.dispose(buffer);
});

test("scatter writes to an operand that is given up, in place", async () => {
  const backend = await wasmBackend();
  const slice = (name: string, size: number, dtype: "float32" | "int32"): Slice => ({
    dims: [{ name, size }],
    dtype,
    box: [{ begin: 0, size }],
  });
  const x = backend.upload(Float32Array.of(1, 2, 3), [3], "float32");
  const rows = backend.upload(Float32Array.of(10, 20, 30), [3], "float32");
  const ids = backend.upload(Int32Array.of(2, 7, 2), [3], "int32");
  const bind = (reuse: readonly number[]) =>
    backend.bind(
      { kind: "scatter", attributes: { dim: "v", distinct: false } },
      [slice("v", 3, "float32"), slice("i", 3, "float32"), slice("i", 3, "int32")],
      [slice("v", 3, "float32")],
      reuse,
    );
  const [kept] = await bind([1])([x, rows, ids]);
  expect([x, rows]).not.toContain(kept);
  expect([...backend.view(x)!]).toEqual([1, 2, 3]);
  const [written] = await bind([0, 1])([x, rows, ids]);
  expect(written).toBe(x);
  for (const buffer of [kept!, written!]) expect([...backend.view(buffer)!]).toEqual([1, 2, 30]);
  for (const buffer of [kept!, x, rows, ids]) backend.dispose(buffer);
});

// Fewer than a vector, a step of the loop and some more.
test.each([1, 3, 16, 37])(
  "of %d numbers the largest and the least are those of Math",
  async (n) => {
    const backend = await wasmBackend();
    const slice = (...sizes: readonly (readonly [string, number])[]): Slice => ({
      dims: sizes.map(([name, size]) => ({ name, size })),
      dtype: "float32",
      box: sizes.map(([, size]) => ({ begin: 0, size })),
    });
    const numbers = [-0, 0, 1.5, -1.5, Number.NaN, Infinity, -Infinity];
    const rows = Array.from({ length: 200 }, (_, row) => {
      // Zeros alone, negative numbers beside them, or anything.
      const some = [numbers.slice(0, 2), [-0, 0, -1.5], [-0, -1.5], numbers.slice(0, 4), numbers];
      const from = some[row % 5]!;
      return Array.from({ length: n }, (_, i) => from[(row * 31 + i * i * 7 + i) % from.length]!);
    });
    const x = backend.upload(Float32Array.from(rows.flat()), [200, n], "float32");
    for (const fn of ["max", "min"] as const) {
      const op = { kind: "reduce", attributes: { fn, over: ["n"] } } as const;
      const kernel = backend.bind(op, [slice(["m", 200], ["n", n])], [slice(["m", 200])], []);
      const [found] = await kernel([x]);
      expect([...backend.view(found!)!]).toEqual(rows.map((row) => Math[fn](...row)));
      backend.dispose(found!);
    }
    backend.dispose(x);
  },
);
