import { afterEach, expect, test, vi } from "vitest";
import { wasmBackend } from "../index.ts";
import { findBlas } from "./find.ts";

afterEach(() => void vi.unstubAllEnvs());

test("MTF_BLAS=off is none", async () => {
  vi.stubEnv("MTF_BLAS", "off");
  expect(findBlas({ threads: 1, alone: false })).toBeUndefined();
  expect((await wasmBackend()).variant).toMatch(/^wasm-(relaxed-)?simd$/);
});

test("a file that MTF_BLAS names and that is no BLAS is refused", () => {
  vi.stubEnv("MTF_BLAS", "/nowhere/libopenblas.so");
  expect(() => findBlas({ threads: 1, alone: false })).toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [backend-unavailable] MTF_BLAS=/nowhere/libopenblas.so cannot be used: it is no library with cblas_sgemm.
      try  MTF_BLAS=/path/to/libopenblas.so.0
      try  MTF_BLAS=off, for products in WebAssembly]
  `);
});

const here = findBlas({ threads: 1, alone: false })?.variant;

test.skipIf(!here?.startsWith("openblas"))(
  "OpenBLAS takes no kernels of another age, however new the processor is",
  () => {
    expect(here).not.toMatch(/Prescott|Core2|Penryn|Dunnington|Nehalem|Barcelona|Generic/i);
  },
);

test.skipIf(!here)("the variant names library, version, kernels and threads", async () => {
  expect(findBlas({ threads: 2, alone: true })!.variant).toMatch(
    /^(openblas|mkl|blis|accelerate)\S*-2t$/,
  );
  const { variant } = await wasmBackend({ blas: { threads: 1, alone: false } });
  expect(variant).toBe(`${(await wasmBackend({ blas: "off" })).variant}+${here}`);
});
