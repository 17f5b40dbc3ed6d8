import { type Dimension, elements } from "../../dimension.ts";

/** In how many parts a dim of positions is cut, for chunks to have one of these each. */
export interface Cut {
  readonly dim: Dimension;
  readonly parts: number;
}

/** Products of fewer rows than this take more time to fetch the table than to compute. */
const leastRows = 256;
/** Logits that are not worth a loop: 8 MB. */
const leastLogits = 2 ** 21;

/**
 * How positions are cut into chunks, of `rows` positions or a little fewer where their sizes allow it:
 * the last dims first, since layouts split the others, such as a batch. None where they are one chunk.
 *
 * @param rows by default as few as make a product worthwhile
 */
export function cutsOf(
  positions: readonly Dimension[],
  classes: number,
  rows: number = Math.max(leastRows, Math.floor(leastLogits / classes)),
): readonly Cut[] {
  let wanted = elements(positions) / rows;
  return [...positions].reverse().flatMap((dim) => {
    const parts = leastDivisor(dim.size, wanted);
    wanted /= parts;
    return parts > 1 ? [{ dim, parts }] : [];
  });
}

/** The least divisor of a size that is at least `wanted`, or the size. */
function leastDivisor(size: number, wanted: number): number {
  for (let n = Math.max(1, Math.ceil(wanted)); n < size; n++) if (size % n === 0) return n;
  return size;
}
