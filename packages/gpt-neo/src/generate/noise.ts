import { drawUniform, uniformAt } from "mtf";

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
  return drawUniform(0, foldedOf(seed, place, sequence), count);
}

/** The same numbers one by one. */
export function noiseOf(seed: number, place: number, sequence: number): (id: number) => number {
  return uniformAt(0, foldedOf(seed, place, sequence));
}

function foldedOf(seed: number, place: number, sequence: number): readonly number[] {
  return [seed, place, ...(sequence > 0 ? [sequence] : [])];
}
