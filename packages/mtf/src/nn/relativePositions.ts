import type { Dimension } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { broadcast } from "../ops/broadcast/broadcast.ts";
import { sub } from "../ops/elementwise/functions.ts";
import { iota } from "../ops/iota/iota.ts";

/**
 * The position of each of what is looked at less that of each that looks.
 *
 * @param length positions that look
 * @param memory positions that are looked at
 * @example
 * relativePositions(length, memory); // int32 [length, memory]
 */
export function relativePositions<L extends string, M extends string>(
  length: Dimension<L>,
  memory: Dimension<M>,
): Tensor<L | M, "int32"> {
  const there = broadcast(iota(memory), length as never);
  return sub(there as never, iota(length) as never) as never;
}
