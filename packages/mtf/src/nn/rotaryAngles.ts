import type { Dimension } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { misuse, tensorArgument } from "../ops/check.ts";
import { constant } from "../ops/constant/constant.ts";
import { outer } from "../ops/einsum/einsum.ts";
import { cast } from "../ops/elementwise/functions.ts";

/**
 * By how much each pair of elements is turned from one position to the next, in radians:
 * base^(-2i/size) for the i-th of size/2 pairs (Su et al., 2021).
 *
 * @param size how many elements of a head are rotated: an even number
 * @param base 10,000 where nothing else is said
 * @throws MtfError `bad-argument` for an odd size
 * @example
 * rotaryFrequencies(64); // 1, 0.7499, … 1.3e-4: 32 numbers
 */
export function rotaryFrequencies(size: number, base = 10_000): readonly number[] {
  if (!(Number.isInteger(size) && size > 0 && size % 2 === 0)) {
    throw misuse("bad-argument", `rotaryFrequencies: ${size} elements make no pairs.`, {});
  }
  return Array.from({ length: size / 2 }, (_, i) => base ** ((-2 * i) / size));
}

/**
 * The angles that `rotary` turns by: every position times every frequency.
 *
 * @param positions such as `iota(length)`, or [batch, length] where rows begin elsewhere
 * @param frequencies of each pair, as `rotaryFrequencies` has them
 * @param dim the dim that is rotated; of the angles it is as long as there are pairs
 * @throws MtfError `dim-taken`, `not-a-tensor`, `dtype-mismatch`
 * @example
 * const angles = rotaryAngles(iota(length), rotaryFrequencies(kv.size), kv); // [length, kv / 2]
 */
export function rotaryAngles<P extends string, D extends string>(
  positions: Tensor<P, "int32">,
  frequencies: readonly number[],
  dim: Dimension<D>,
): Tensor<P | D> {
  tensorArgument("rotaryAngles", "positions", positions, ["int32"]);
  const pairs = { name: dim.name, size: frequencies.length };
  const turns = constant(frequencies.map(Math.fround), [pairs] as never);
  return outer(cast(positions, "float32") as never, turns as never) as never;
}
