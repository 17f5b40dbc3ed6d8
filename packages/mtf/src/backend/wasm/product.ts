import type { Slice } from "../backend.ts";
import { type Extent, extentsOf, type Strides, stridesOf, union } from "../slices/walk.ts";
import { gemmOf, paysOff } from "./blas/gemm.ts";
import { bindProduct as bindBlasProduct, type Product } from "./blas/product.ts";
import type { Context } from "./context.ts";
import { collapse, described, type LoopDim, turns, words } from "./dims.ts";

/** An array that takes part in a product: what of its dims, and how far apart in memory. */
export interface Factor {
  readonly extents: readonly Extent[];
  readonly strides: Strides;
}

/** A slice as it lies in memory. */
export function factorOf(slice: Slice): Factor {
  const extents = extentsOf(slice);
  return { extents, strides: stridesOf(extents) };
}

/** The dims of a product, by the tensors that have them. */
export interface Groups {
  /** In all three: strides of a, b and c. */
  readonly batch: readonly LoopDim[];
  /** Not in b: strides of a and c. */
  readonly rows: readonly LoopDim[];
  /** Not in a: strides of b and c. */
  readonly columns: readonly LoopDim[];
  /** Not in c: strides of a and b. */
  readonly depths: readonly LoopDim[];
}

/**
 * Up to so many rows the kernel reads the other operand where it is, and packs only this one: more where
 * what is multiplied with a row lies together.
 */
const few = { sums: 8, dots: 32 } as const;

export function groupsOf(a: Factor, b: Factor, c: Factor): Groups {
  const all = union(a.extents, b.extents).map(({ name, size }) => ({
    size,
    a: a.strides[name],
    b: b.strides[name],
    c: c.strides[name],
  }));
  /** The loop over the dims that some tensors have and one lacks, in the order of the last. */
  const loop = (present: readonly ("a" | "b" | "c")[], absent: readonly ("a" | "b" | "c")[]) => {
    const last = present.at(-1)!;
    const dims = all
      .filter((d) => present.every((t) => d[t] !== undefined))
      .filter((d) => absent.every((t) => d[t] === undefined))
      .sort((x, y) => y[last]! - x[last]!);
    return collapse(dims.map((d) => ({ size: d.size, strides: present.map((t) => d[t]!) })));
  };
  return {
    batch: loop(["a", "b", "c"], []),
    rows: loop(["a", "c"], ["b"]),
    columns: loop(["b", "c"], ["a"]),
    depths: loop(["a", "b"], ["c"]),
  };
}

/**
 * Whether b's own dims should be the rows: where they are few, since few rows need no packing of
 * the other operand, else where a's dims are adjacent in c, since the kernel writes whole vectors
 * of columns.
 */
function shouldSwap(groups: Groups): boolean {
  const [m, n] = [turns(groups.rows), turns(groups.columns)];
  if (Math.min(m, n) <= few[wayOfFew(groups)]) return n < m;
  return groups.rows.at(-1)?.strides[1] === 1;
}

/** How the kernel multiplies few rows: by dots where what is multiplied with a row lies together. */
function wayOfFew({ rows, columns, depths }: Groups): keyof typeof few {
  const [m, n] = [turns(rows), turns(columns)];
  return depths.at(-1)?.strides[n < m ? 0 : 1] === 1 ? "dots" : "sums";
}

/**
 * Multiplies arrays at places of the heap, in the way that is fastest.
 *
 * @param adding whether the product is added to what is there
 */
export function bindProduct(context: Context, groups: Groups, adding = false): Product {
  return bindBlas(context, groups, adding) ?? bindMatmul(context, groups, adding);
}

/** The product by BLAS, where there is one, the strides allow it and it is the faster way. */
function bindBlas({ blas, heap }: Context, groups: Groups, adding: boolean): Product | undefined {
  const gemm = blas && gemmOf(groups);
  if (!gemm || !paysOff(gemm)) return undefined;
  return bindBlasProduct(blas, heap, gemm, groups.batch, adding);
}

/** What an operand rests as that our kernel widens where it packs or multiplies it. */
export type Half = "bfloat16" | "float16";

/** Up to so many rows a float16 that is added up where it is costs less than widening it before. */
const fewFloat16 = 2;

/** Up to so many rows dots of halves are faster than a BLAS that they are widened for. */
const fewHalves = 16;

/**
 * A product of which one operand rests in halves, by our kernel; undefined where it is faster to widen
 * parts of it first: for BLAS, and where the kernel would widen a number again for every two rows.
 *
 * @param narrow 0 where it is a, 1 where it is b
 */
export function bindHalfProduct(
  context: Context,
  groups: Groups,
  narrow: 0 | 1,
  half: Half,
): Product | undefined {
  const rows = Math.min(turns(groups.rows), turns(groups.columns));
  const dots = wayOfFew(groups) === "dots";
  const gemm = context.blas && gemmOf(groups);
  if (gemm && paysOff(gemm) && !(dots && rows <= fewHalves)) return undefined;
  if (half === "float16" && !dots && rows > fewFloat16 && rows <= few.sums) return undefined;
  return bindMatmul(context, groups, false, { narrow, half });
}

/** The numbers by which the kernel knows its first and its second operand to rest so. */
const halves = { bfloat16: [1, 2], float16: [3, 4] } as const;

function bindMatmul(
  { heap, kernels }: Context,
  groups: Groups,
  adding: boolean,
  resting?: { readonly narrow: 0 | 1; readonly half: Half },
): Product {
  const swapped = shouldSwap(groups);
  const inOrder = (dims: readonly LoopDim[]) =>
    swapped
      ? dims.map(({ size, strides: [x, y, ...z] }) => ({ size, strides: [y!, x!, ...z] }))
      : dims;
  const pairs = (dims: readonly LoopDim[]) =>
    described(dims.map(({ size, strides: [x, y] }) => ({ size, strides: [x!, y!, 0] })));
  const description = words(
    described(inOrder(groups.batch)),
    pairs(swapped ? groups.columns : groups.rows),
    pairs(swapped ? groups.rows : groups.columns),
    pairs(inOrder(groups.depths)),
  );
  const matmul = kernels.matmul.matmul!;
  const scratchBytes = kernels.matmul.scratchBytes!();
  const second = resting && (resting.narrow === 1) !== swapped;
  const kind = resting ? halves[resting.half][second ? 1 : 0] : 0;
  return (a, b, c) => {
    const scratch = heap.scratch(scratchBytes);
    const [left, right] = swapped ? [b, a] : [a, b];
    matmul(heap.describe(description), scratch, left, right, c, adding ? 1 : 0, kind);
  };
}
