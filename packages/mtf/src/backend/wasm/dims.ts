import { internal } from "../../errors.ts";

/** One dim of a nested loop: how many turns, and how far each array moves at every turn. */
export interface LoopDim {
  readonly size: number;
  /** In elements, one for each array that takes part. */
  readonly strides: readonly number[];
}

/**
 * The same loop with as few dims as possible: those of one turn go, and neighbours become one where
 * every array moves evenly across them.
 */
export function collapse(dims: readonly LoopDim[]): readonly LoopDim[] {
  const merged: LoopDim[] = [];
  for (const dim of dims) {
    if (dim.size === 1) continue;
    const outer = merged.at(-1);
    const even = outer?.strides.every((stride, i) => stride === dim.strides[i]! * dim.size);
    if (even) merged[merged.length - 1] = { size: outer!.size * dim.size, strides: dim.strides };
    else merged.push(dim);
  }
  return merged;
}

/** The number of turns of all loops. */
export function turns(dims: readonly LoopDim[]): number {
  return dims.reduce((product, dim) => product * dim.size, 1);
}

/**
 * Kernels read their descriptions from a block of this many words. No tensor has more: what is left
 * of its dims has two elements or more each, so that 31 of them are more than a heap holds.
 */
export const mostWords = 1024;

/** Numbers for a kernel's description. */
export function words(...numbers: readonly (number | readonly number[])[]): Int32Array {
  const flat = numbers.flat();
  if (flat.length > mostWords) throw internal("a kernel's description is too long");
  return Int32Array.from(flat);
}

/** Dims as kernels read them: rank, then size and strides of each. */
export function described(dims: readonly LoopDim[]): readonly number[] {
  return [dims.length, ...dims.flatMap(({ size, strides }) => [size, ...strides])];
}
