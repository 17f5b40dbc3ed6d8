import { countArgument, wrongArgument } from "../arguments.ts";
import { fillRandom } from "./fill.ts";
import { foldKey, seedKey } from "./threefry.ts";

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
  countArgument("drawUniform", "seed", seed);
  if (
    !Array.isArray(folded) ||
    !folded.every((data) => Number.isInteger(data) && data === (data | 0))
  ) {
    throw wrongArgument("drawUniform", "folded", "a list of int32s", folded);
  }
  countArgument("drawUniform", "count", count);
  const first: Int32Array = Int32Array.from(seedKey(seed));
  const key = folded.reduce((made, data) => foldKey(made, data), first);
  const out = new Float32Array(count);
  fillRandom(out, "uniform", key, [{ name: "", size: count }], [{ begin: 0, size: count }]);
  return out;
}
