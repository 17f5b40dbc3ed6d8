import { afterEach, expect, test, vi } from "vitest";
import { blasAdvice } from "./blas-advice.ts";

afterEach(() => void vi.unstubAllEnvs());

test.runIf(process.platform === "linux")("advice is for who could have a BLAS and has none", () => {
  vi.stubEnv("MTF_BLAS", undefined);
  expect(blasAdvice("wasm-relaxed-simd")).toEqual([
    "no BLAS was found, which would be faster: apt-get install libopenblas0, or what your system calls OpenBLAS",
  ]);
  expect(blasAdvice("wasm-relaxed-simd+openblas-0.3.21-Haswell-1t")).toEqual([]);
  expect(blasAdvice("wasm-simd")).toEqual([]);
  expect(blasAdvice("cpu")).toEqual([]);
  vi.stubEnv("MTF_BLAS", "off");
  expect(blasAdvice("wasm-relaxed-simd")).toEqual([]);
});
