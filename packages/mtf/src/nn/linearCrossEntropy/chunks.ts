import { type Dimension, elements } from "../../dimension.ts";

/** A dim of positions, and in how many chunks it is gone through. */
export interface Chunking {
  readonly dim: Dimension;
  readonly count: number;
}

/** Products of fewer rows than this take more time to fetch the table than to compute. */
const leastRows = 128;
/** Logits that are not worth a loop: 8 MB. */
const leastLogits = 2 ** 21;

/**
 * The chunks that positions are gone through in: of `rows` positions or a little fewer, where a dim can
 * be cut so. Undefined where they are one chunk.
 *
 * @param rows by default as few as make a product worthwhile
 */
export function chunkingOf(
  positions: readonly Dimension[],
  classes: number,
  rows: number = Math.max(leastRows, Math.floor(leastLogits / classes)),
): Chunking | undefined {
  const wanted = Math.ceil(elements(positions) / rows);
  if (wanted <= 1) return undefined;
  // The last dim is cut where others can be cut no better: it is the first that layouts split.
  const ways = [...positions].reverse().map((dim): Chunking => ({ dim, count: cut(dim, wanted) }));
  const enough = ways.filter(({ count }) => count >= wanted).sort((a, b) => a.count - b.count);
  const most = ways.sort((a, b) => b.count - a.count)[0];
  const [best = most] = enough;
  return best && best.count > 1 ? best : undefined;
}

/** The least divisor of a dim's size that is at least `wanted`, or its size. */
function cut({ size }: Dimension, wanted: number): number {
  for (let n = Math.min(wanted, size); n < size; n++) if (size % n === 0) return n;
  return size;
}
