import { drawUniform } from "mtf";

/**
 * Numbers from 0 to 1 to draw an id with: a function of the seed, of how many ids are before it, and
 * of which of a prompt's texts it is for.
 *
 * @param seed an int32
 * @param count how many ids there are
 * @example
 * const uniform = noiseAt(7, ids.length - 1, 0, logits.length);
 */
export function noiseAt(
  seed: number,
  place: number,
  sequence: number,
  count: number,
): Float32Array<ArrayBuffer> {
  return drawUniform(0, [seed, place, ...(sequence > 0 ? [sequence] : [])], count);
}
