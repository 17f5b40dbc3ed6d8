import type { NarrowDType } from "../../dtype.ts";
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
  /** How far apart the scales of its int8 are, of which each line may have its own. */
  readonly scales?: Strides | undefined;
}

/** A slice as it lies in memory. */
export function factorOf(slice: Slice): Factor {
  const extents = extentsOf(slice);
  const { rest } = slice;
  const scaled = typeof rest === "object" ? rest.scales : undefined;
  const scales = scaled && stridesOf(extents.filter((e) => scaled.includes(e.name)));
  return { extents, strides: stridesOf(extents), scales };
}

/** The dims of a product, by the tensors that have them. */
export interface Groups {
  /** In all three: strides of a, b and c, and of a's scales. */
  readonly batch: readonly LoopDim[];
  /** Not in b: strides of a and c, and of a's scales. */
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
    scale: a.scales?.[name] ?? 0,
  }));
  /** The loop over the dims that some tensors have and one lacks, in the order of the last. */
  const loop = (present: readonly ("a" | "b" | "c")[], absent: readonly ("a" | "b" | "c")[]) => {
    const last = present.at(-1)!;
    const dims = all
      .filter((d) => present.every((t) => d[t] !== undefined))
      .filter((d) => absent.every((t) => d[t] === undefined))
      .sort((x, y) => y[last]! - x[last]!);
    const scaled = a.scales !== undefined && present.includes("a") && present.includes("c");
    return collapse(
      dims.map((d) => ({
        size: d.size,
        strides: [...present.map((t) => d[t]!), ...(scaled ? [d.scale] : [])],
      })),
    );
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
function shouldSwap(groups: Groups, int8: boolean): boolean {
  const [m, n] = [turns(groups.rows), turns(groups.columns)];
  // The kernel gives an int8 its scales at the end where it is the second: a row is always the same then.
  const isWhole = groups.depths.at(-1)?.strides[0] === 1;
  if (int8 && n <= few[isWhole ? "dots" : "sums"]) return true;
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

/** Up to so many rows dots of narrow numbers are faster than a BLAS that they are widened for. */
const fewNarrow = 16;

/**
 * A product whose first operand rests narrow, by our kernel, which widens it where it packs or multiplies
 * it; undefined where it is faster to widen parts of it first, for BLAS, and where scales are those of
 * what is added up. Scales of an int8 lie before its numbers.
 */
export function bindNarrowProduct(
  context: Context,
  groups: Groups,
  dtype: NarrowDType,
  scales: number,
): Product | undefined {
  const rows = Math.min(turns(groups.rows), turns(groups.columns));
  const dots = wayOfFew(groups) === "dots";
  const gemm = context.blas && gemmOf(groups);
  if (gemm && paysOff(gemm) && !(dots && rows <= fewNarrow)) return undefined;
  return bindMatmul(context, groups, false, { dtype, scales });
}

/** The numbers by which the kernel knows its first and its second operand to rest so. */
const kinds = { bfloat16: [1, 2], float16: [3, 4], int8: [5, 6] } as const;

/** What the first operand rests as, and how many scales lie before its numbers. */
interface Narrow {
  readonly dtype: NarrowDType;
  readonly scales: number;
}

function bindMatmul(
  { heap, kernels }: Context,
  groups: Groups,
  adding: boolean,
  narrow?: Narrow,
): Product {
  const swapped = shouldSwap(groups, narrow?.dtype === "int8");
  const lines = (dims: readonly LoopDim[]) =>
    described(
      dims.map(({ size, strides: [x, y, scale = 0] }) => ({ size, strides: [x!, y!, scale] })),
    );
  const description = words(
    described(
      groups.batch.map(({ size, strides: [a, b, c] }) => ({
        size,
        strides: swapped ? [b!, a!, c!] : [a!, b!, c!],
      })),
    ),
    lines(swapped ? groups.columns : groups.rows),
    lines(swapped ? groups.rows : groups.columns),
    lines(
      groups.depths.map(({ size, strides: [a, b] }) => ({
        size,
        strides: swapped ? [b!, a!] : [a!, b!],
      })),
    ),
    described(
      groups.batch.map(({ size, strides }) => ({ size, strides: [strides[3] ?? 0, 0, 0] })),
    ),
  );
  const matmul = kernels.matmul.matmul!;
  const scratchBytes = kernels.matmul.scratchBytes!();
  const kind = narrow ? kinds[narrow.dtype][swapped ? 1 : 0] : 0;
  const scaleBytes = 4 * (narrow?.scales ?? 0);
  return (a, b, c) => {
    const scratch = heap.scratch(scratchBytes);
    const numbers = a + scaleBytes;
    const [left, right] = swapped ? [b, numbers] : [numbers, b];
    matmul(heap.describe(description), scratch, left, right, c, adding ? 1 : 0, kind, a);
  };
}
