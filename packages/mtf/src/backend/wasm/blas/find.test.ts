import { afterEach, expect, test, vi } from "vitest";
import { wasmBackend } from "../index.ts";
import { findBlas } from "./find.ts";

afterEach(() => void vi.unstubAllEnvs());

test("MTF_BLAS=off is none", async () => {
  vi.stubEnv("MTF_BLAS", "off");
  expect(findBlas(1)).toBeUndefined();
  expect((await wasmBackend()).variant).toMatch(/^wasm-(relaxed-)?simd$/);
});

test("a file that MTF_BLAS names and that is no BLAS is refused", () => {
  vi.stubEnv("MTF_BLAS", "/nowhere/libopenblas.so");
  expect(() => findBlas(1)).toThrowErrorMatchingInlineSnapshot(`
    [MtfError: [backend-unavailable] MTF_BLAS=/nowhere/libopenblas.so cannot be used: it is no library with cblas_sgemm.
      try  the path of libopenblas.so.0
      try  MTF_BLAS=off, for products in WebAssembly]
  `);
});

test.skipIf(!findBlas(1))("the variant names library, version, kernels and threads", async () => {
  expect(findBlas(2)!.variant).toMatch(/^(openblas|mkl|blis|accelerate)\S*-2t$/);
  const { variant } = await wasmBackend({ blas: 1 });
  expect(variant).toBe(`${(await wasmBackend({ blas: "off" })).variant}+${findBlas(1)!.variant}`);
});
