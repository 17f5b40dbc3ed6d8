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

test("where nothing can call a BLAS, what does is to be installed, not a BLAS", () => {
  vi.stubEnv("MTF_BLAS", undefined);
  const advice = (variant: string) => blasAdvice(variant, () => false);
  expect(advice("wasm-relaxed-simd")).toEqual([
    "no BLAS is used, which would be faster: koffi, which calls it, does not load: npm install koffi",
  ]);
  expect(advice("wasm-relaxed-simd+openblas-0.3.21-Haswell-1t")).toEqual([]);
  expect(advice("wasm-simd")).toEqual([]);
  vi.stubEnv("MTF_BLAS", "off");
  expect(advice("wasm-relaxed-simd")).toEqual([]);
});
