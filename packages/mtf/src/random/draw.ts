import { countArgument, wrongArgument } from "../arguments.ts";
import { fillRandom, uniformOf } from "./fill.ts";
import { foldKey, seedKey, threefry } from "./threefry.ts";

/**
 * The numbers that `uniform` draws on devices, drawn on the host: those of the key
 * `fold(fold(key(seed), folded[0]), folded[1]) …`, in [0, 1).
 *
 * @param seed a whole number from 0 to 2^53 - 1
 * @param folded int32s
 * @param count how many
 * @throws MtfError `bad-argument`
 * @example
 * const noise = drawUniform(0, [7, 3], 100); // 100 numbers
 */
export function drawUniform(
  seed: number,
  folded: readonly number[],
  count: number,
): Float32Array<ArrayBuffer> {
  const key = keyOf("drawUniform", seed, folded);
  countArgument("drawUniform", "count", count);
  const out = new Float32Array(count);
  fillRandom(out, "uniform", key, [{ name: "", size: count }], [{ begin: 0, size: count }]);
  return out;
}

/**
 * The numbers that `drawUniform` gives, one by one: for whoever needs few of many.
 *
 * @param seed a whole number from 0 to 2^53 - 1
 * @param folded int32s
 * @returns the number at an index
 * @throws MtfError `bad-argument`
 * @example
 * const noise = uniformAt(7, [3]);
 * noise(50_000); // drawUniform(7, [3], 50_001)[50_000]
 */
export function uniformAt(seed: number, folded: readonly number[]): (index: number) => number {
  const key = keyOf("uniformAt", seed, folded);
  const words = new Int32Array(2);
  return (index) => {
    threefry(key[0]!, key[1]!, index, 0, words);
    return uniformOf(words[0]!);
  };
}

function keyOf(op: string, seed: number, folded: readonly number[]): Int32Array {
  countArgument(op, "seed", seed);
  if (
    !Array.isArray(folded) ||
    !folded.every((data) => Number.isInteger(data) && data === (data | 0))
  ) {
    throw wrongArgument(op, "folded", "a list of int32s", folded);
  }
  const first: Int32Array = Int32Array.from(seedKey(seed));
  return folded.reduce((made, data) => foldKey(made, data), first);
}
