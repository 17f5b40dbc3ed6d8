import type { Dimension } from "mtf";

/**
 * What is known of a drawn tensor's numbers. Where `bits` is finite they are multiples of 2^-bits,
 * few enough for every sum to be exact in any order, in float32 too.
 */
export interface Magnitude {
  /** No number is further from 0. */
  readonly max: number;
  readonly bits: number;
}

/** Numbers that rounding has been at: the last digits may depend on the layout. */
export const inexact: number = Number.POSITIVE_INFINITY;

/** What a float32 holds exactly, with two bits to spare. */
const exactBits = 22;

/** Larger numbers lose so many digits that nothing could be told from the rest. */
export const largest: number = 2 ** 12;

/** Forgets exactness where numbers need more bits than there are. */
export function rounded({ max, bits }: Magnitude): Magnitude {
  const needed = Math.log2(Math.max(1, max)) + bits;
  return { max, bits: needed <= exactBits ? bits : inexact };
}

export function count(dims: readonly Dimension[]): number {
  return dims.reduce((product, d) => product * d.size, 1);
}
