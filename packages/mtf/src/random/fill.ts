import type { Dimension } from "../dimension.ts";
import type { HostArray } from "../dtype.ts";
import type { Attributes } from "../graph/kinds.ts";
import { type Box, volume } from "../program/placement.ts";
import { threefry } from "./threefry.ts";

export type Distribution = Attributes["random"]["distribution"];

/**
 * Random numbers for a box of a tensor. The element with index i in the whole tensor, row by row,
 * is made of the two words of counter i, wherever it is computed:
 * - bits: the first word, as an int32;
 * - uniform: the first word's upper 24 bits times 2^-24, in [0, 1);
 * - normal: Box and Muller's cosine of a uniform in (0, 1] and one in [0, 1);
 * - gumbel: -ln(-ln u), u halfway between a uniform and the next, so that it is neither 0 nor 1.
 *
 * @example
 * fillRandom(new Float32Array(6), "normal", key, [batch], [{ begin: 2, size: 6 }]);
 */
export function fillRandom(
  out: HostArray,
  distribution: Distribution,
  key: ArrayLike<number>,
  dims: readonly Dimension[],
  box: Box,
): void {
  const length = box.at(-1)?.size ?? 1;
  const rows = volume(box) / length;
  for (let row = 0; row < rows; row++) {
    const start = row * length;
    fillRun(out.subarray(start, start + length), distribution, key, indexOfRow(row, dims, box));
  }
}

/** The index in the whole tensor of the first element of the box's `row`. */
function indexOfRow(row: number, dims: readonly Dimension[], box: Box): number {
  let index = box.at(-1)?.begin ?? 0;
  let stride = dims.at(-1)?.size ?? 1;
  let rest = row;
  for (let d = dims.length - 2; d >= 0; d--) {
    const { begin, size } = box[d]!;
    index += (begin + (rest % size)) * stride;
    rest = Math.floor(rest / size);
    stride *= dims[d]!.size;
  }
  return index;
}

const word = 2 ** 32;
const unit = 2 ** -24;

/** A uniform number of a counter's first word. */
export function uniformOf(first: number): number {
  return (first >>> 8) * unit;
}

/** Consecutive elements from index `first` on. */
function fillRun(
  out: HostArray,
  distribution: Distribution,
  key: ArrayLike<number>,
  first: number,
): void {
  const words = new Int32Array(2);
  const [key0, key1] = [key[0]!, key[1]!];
  for (let i = 0; i < out.length; i++) {
    const index = first + i;
    threefry(key0, key1, index | 0, Math.floor(index / word), words);
    const [a, b] = [words[0]!, words[1]!];
    if (distribution === "bits") out[i] = a;
    else if (distribution === "uniform") out[i] = uniformOf(a);
    else if (distribution === "gumbel") out[i] = -Math.log(-Math.log(uniformOf(a) + unit / 2));
    else {
      const radius = Math.sqrt(-2 * Math.log(((a >>> 8) + 1) * unit));
      out[i] = radius * Math.cos(2 * Math.PI * (b >>> 8) * unit);
    }
  }
}
