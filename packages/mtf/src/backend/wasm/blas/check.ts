import { asStored, rowMajor, type Sgemm, transposed } from "./library.ts";

/**
 * Whether a BLAS multiplies right on this processor: some builds choose kernels that it does not
 * run. Sums of small integers are exact in any order, and 0 times NaN or infinity is NaN.
 */
export function computesRight(sgemm: Sgemm): boolean {
  return sizes.every((size) => [asStored, transposed].every((trans) => checks(sgemm, size, trans)));
}

const sizes = [1, 3, 17, 48];

function checks(sgemm: Sgemm, size: number, trans: number): boolean {
  const at = (i: number, j: number) => (trans === asStored ? i * size + j : j * size + i);
  const a = new Float32Array(size * size);
  const b = new Float32Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      a[i * size + j] = ((3 * i + 5 * j) % 7) - 3;
      b[at(i, j)] = ((2 * i + 3 * j) % 5) - 2;
    }
  }
  a[0] = Number.NaN;
  b[0] = Number.POSITIVE_INFINITY;
  // What lies in the result beforehand is of no account, whatever it is.
  const c = new Float32Array(size * size).fill(Number.NaN);
  sgemm(rowMajor, asStored, trans, size, size, size, 1, a, size, b, size, 0, c, size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += a[i * size + k]! * b[at(k, j)]!;
      if (!Object.is(Math.fround(sum), c[i * size + j]) && sum !== c[i * size + j]) return false;
    }
  }
  return true;
}
