import type { LoopDim } from "../dims.ts";
import type { Heap } from "../heap.ts";
import type { Blas } from "./find.ts";
import type { Gemm } from "./gemm.ts";
import { rowMajor } from "./library.ts";

/** Multiplies what lies at these places of the heap, in bytes. */
export type Product = (a: number, b: number, c: number) => void;

/**
 * A product of matrices for every index of a batch, each a call of BLAS.
 *
 * @param batch strides of a, b and c
 * @param adding whether it is added to what is at c
 */
export function bindProduct(
  { sgemm, announce }: Blas,
  heap: Heap,
  gemm: Gemm,
  batch: readonly LoopDim[],
  adding: boolean,
): Product {
  const { m, n, k, left, right, ldc } = gemm;
  const places = placesOf(batch);
  const beta = adding ? 1 : 0;
  return (a, b, c) => {
    announce(m * n * k);
    const memory = heap.engine.wasm.HEAPU8.buffer;
    // BLAS is given addresses and knows nothing of lengths.
    const at = (offset: number) => new Float32Array(memory, offset, 1);
    for (const [toA, toB, toC] of places) {
      const [x, y] = gemm.swapped ? [at(b + toB), at(a + toA)] : [at(a + toA), at(b + toB)];
      const z = at(c + toC);
      sgemm(rowMajor, left.trans, right.trans, m, n, k, 1, x, left.ld, y, right.ld, beta, z, ldc);
    }
  };
}

type Place = readonly [a: number, b: number, c: number];

/** Where each index of a batch begins in a, b and c, in bytes. */
function placesOf(batch: readonly LoopDim[]): readonly Place[] {
  return batch.reduce<readonly Place[]>(
    (outer, { size, strides: [a, b, c] }) =>
      outer.flatMap(([toA, toB, toC]) =>
        Array.from({ length: size }, (_, i): Place => {
          return [toA + 4 * i * a!, toB + 4 * i * b!, toC + 4 * i * c!];
        }),
      ),
    [[0, 0, 0]],
  );
}
