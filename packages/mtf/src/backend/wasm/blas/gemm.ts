import { type LoopDim, turns } from "../dims.ts";
import { asStored, transposed } from "./library.ts";

/** A product of matrices as BLAS knows it: C[m, n] = A[m, k] B[k, n], all by rows. */
export interface Gemm {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** Whether C is the transpose of what is stored, so that b's columns are the rows. */
  readonly swapped: boolean;
  readonly left: Stored;
  readonly right: Stored;
  readonly ldc: number;
}

interface Stored {
  readonly trans: number;
  /** How far apart its lines are. */
  readonly ld: number;
}

/** The dims of one product, without those of the batch: each group strides two of the arrays. */
export interface ProductDims {
  /** Strides of a and c. */
  readonly rows: readonly LoopDim[];
  /** Strides of b and c. */
  readonly columns: readonly LoopDim[];
  /** Strides of a and b. */
  readonly depths: readonly LoopDim[];
}

/** The product as a call of BLAS, or undefined where its strides allow none. */
export function gemmOf(dims: ProductDims): Gemm | undefined {
  if (dims.rows.length > 1 || dims.columns.length > 1 || dims.depths.length > 1) return undefined;
  const [m, n, k] = [turns(dims.rows), turns(dims.columns), turns(dims.depths)];
  const [am, cm] = strides(dims.rows);
  const [bn, cn] = strides(dims.columns);
  const [ak, bk] = strides(dims.depths);
  const a = stored(m, k, am, ak);
  const b = stored(k, n, bk, bn);
  const c = stored(m, n, cm, cn);
  if (!a || !b || !c) return undefined;
  if (c.trans === asStored) return { m, n, k, swapped: false, left: a, right: b, ldc: c.ld };
  const [left, right] = [turned(b), turned(a)];
  return { m: n, n: m, k, swapped: true, left, right, ldc: c.ld };
}

/** Multiplications below which our kernel is done before BLAS has been called. */
const least = 2 ** 14;
/** Elements that stay in a core's cache, so that nobody has to stream them. */
const cached = 2 ** 16;
/** Rows from which on BLAS, which packs the other operand, is faster than streaming it. */
const few = { sums: 8, dots: 12 } as const;

/**
 * Whether BLAS is faster than our kernel, which needs no call for each index of a batch, and where
 * rows are few streams the other operand instead of packing it: best where what is multiplied with a
 * row, one element of the result after the other, lies together.
 */
export function paysOff({ m, n, k, left, right }: Gemm): boolean {
  if (m * n * k < least) return false;
  const dots = m <= n ? right.trans === transposed : left.trans === asStored;
  return Math.min(m, n) >= few[dots ? "dots" : "sums"] || k * Math.max(m, n) <= cached;
}

/** The strides of a dim; of one that is not there, any would do. */
function strides(dims: readonly LoopDim[]): readonly [number | undefined, number | undefined] {
  return [dims[0]?.strides[0], dims[0]?.strides[1]];
}

/** How a matrix is stored that has these strides, if its rows or its columns are adjacent. */
function stored(
  rows: number,
  columns: number,
  row: number | undefined,
  column: number | undefined,
): Stored | undefined {
  if (column === undefined || column === 1) {
    const ld = row ?? columns;
    // A column of one element has no stride of its own: its rows may lie anywhere.
    if (ld >= columns) return { trans: asStored, ld };
  }
  if (row === undefined || row === 1) {
    const ld = column ?? rows;
    if (ld >= rows) return { trans: transposed, ld };
  }
  return undefined;
}

function turned({ trans, ld }: Stored): Stored {
  return { trans: trans === asStored ? transposed : asStored, ld };
}
