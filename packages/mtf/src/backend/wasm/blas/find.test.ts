import { afterEach, expect, test, vi } from "vitest";
import { wasmBackend } from "../index.ts";
import { findBlas } from "./find.ts";
import { asStored, type Library, type Sgemm } from "./library.ts";

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

/** Multiplies as BLAS does, or as those do that leave out what they multiply with 0. */
function sgemmOf(leavesOutZeros: boolean): Sgemm {
  return (_, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc) => {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = beta === 0 ? 0 : beta * c[i * ldc + j]!;
        for (let l = 0; l < k; l++) {
          const x = a[transA === asStored ? i * lda + l : l * lda + i]!;
          const y = b[transB === asStored ? l * ldb + j : j * ldb + l]!;
          if (leavesOutZeros && (x === 0 || y === 0)) continue;
          sum += alpha * x * y;
        }
        c[i * ldc + j] = sum;
      }
    }
  };
}

/** What opens libraries that are there in name only, and the threads that they were told to take. */
function pretend(sgemm: (file: string) => Sgemm) {
  const told: number[] = [];
  const opened: string[] = [];
  const open = (file: string): Library => {
    opened.push(file);
    return {
      ...{ file, has: (name) => name === "openblas_get_config", sgemm: sgemm(file) },
      setter: () => (count) => void told.push(count),
      ...{ text: () => "OpenBLAS 1.2.3", filled: () => "1.2.3" },
    };
  };
  return { told, opened, opener: () => open };
}

test("a library is told how many threads it may take, before anything is multiplied", () => {
  vi.stubEnv("MTF_BLAS", "/lib/libopenblas.so");
  const { told, opener } = pretend(() => sgemmOf(false));
  expect(findBlas({ threads: 3, alone: false }, opener)!.variant).toMatch(/-3t$/);
  expect(told).toEqual([3]);
});

test("small products take one thread where nobody else in the process multiplies", () => {
  vi.stubEnv("MTF_BLAS", "/lib/libopenblas.so");
  const threadsOf = (taken: { threads: number; alone: boolean }) => {
    const { told, opener } = pretend(() => sgemmOf(false));
    const { announce } = findBlas(taken, opener)!;
    for (const multiplications of [2 ** 14, 2 ** 24, 2 ** 24 + 1, 2 ** 14]) {
      announce(multiplications);
    }
    return told;
  };
  expect(threadsOf({ threads: 4, alone: true })).toEqual([4, 1, 1, 4, 1]);
  // Of several devices, the last that spoke would decide for all.
  expect(threadsOf({ threads: 4, alone: false })).toEqual([4]);
  expect(threadsOf({ threads: 1, alone: true })).toEqual([1]);
});

test("a library that leaves out what it multiplies with 0 is refused, NaN or not", () => {
  vi.stubEnv("MTF_BLAS", "/lib/libopenblas.so");
  const { opener } = pretend(() => sgemmOf(true));
  expect(() => findBlas({ threads: 1, alone: false }, opener)).toThrow(
    "MTF_BLAS=/lib/libopenblas.so cannot be used: it multiplies wrongly on this processor.",
  );
  vi.stubEnv("MTF_BLAS", undefined);
  expect(findBlas({ threads: 1, alone: false }, opener)).toBeUndefined();
});

test.runIf(process.platform === "linux")(
  "where one library multiplies wrongly, the next is taken",
  () => {
    vi.stubEnv("MTF_BLAS", undefined);
    const { opened, opener } = pretend((file) => sgemmOf(file === "libopenblas.so.0"));
    expect(findBlas({ threads: 1, alone: false }, opener)).toBeDefined();
    expect(opened).toEqual(["libopenblas.so.0", "libopenblas.so"]);
  },
);
