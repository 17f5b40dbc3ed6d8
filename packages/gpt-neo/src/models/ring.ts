import {
  add,
  and,
  broadcast,
  type Dimension,
  greaterEqual,
  iota,
  less,
  lessEqual,
  mod,
  sub,
  type Tensor,
  where,
} from "mtf";
import type { Continued } from "./cache.ts";
import type { Dims } from "./dims.ts";
import type { Visible } from "./visible.ts";

export type Positions = Tensor<"batch" | "length", "int32">;

/** Where the tokens of a chunk go in a ring of slots, and which slots each of them sees. */
export interface Ring {
  /** -1 for padding, which goes nowhere. */
  readonly places: Positions;
  readonly visible: Visible;
}

/** The positions of a chunk's tokens, those of its padding among them. */
export function positionsOf(
  { batch, length }: Dims,
  { before }: Pick<Continued, "before">,
): Positions {
  const first = broadcast(iota(length), batch);
  return before ? add(first, before) : first;
}

/**
 * @param ends the position after each row's last token of the chunk
 * @param window how many tokens one sees, itself the last; all that are kept where there is none
 */
export function ringOf(
  slots: Dimension<"memory_length">,
  positions: Positions,
  ends: Continued["counts"],
  window?: number,
): Ring {
  // Once the tokens are there, a slot has the last position up to the newest that goes into it.
  const newest = broadcast(sub(ends, 1), slots);
  const kept = sub(newest, mod(sub(newest, iota(slots)), slots.size));
  const distance = sub(broadcast(positions, slots), kept);
  const past = and(greaterEqual(distance, 0), greaterEqual(kept, 0));
  const visible = window === undefined ? past : and(past, lessEqual(distance, window - 1));
  return { places: where(less(positions, ends), mod(positions, slots.size), -1), visible };
}

/** Where tokens go in a ring of fewer slots than they may be: none in the place of a later one. */
export function newestPlaces(
  slots: Dimension<"memory_length">,
  positions: Positions,
  ends: Continued["counts"],
): Positions {
  const isKept = and(less(positions, ends), greaterEqual(positions, sub(ends, slots.size)));
  return where(isKept, mod(positions, slots.size), -1);
}
