import { heapOf } from "./heap.ts";

/** The rank of a token by its bytes, written as a string of code units below 256. */
export type Ranks = ReadonlyMap<string, number>;

/** Above this many bytes a queue finds the next pair faster than looking at all of them. */
const short = 48;

/**
 * Byte-pair encoding of one word: the neighbours whose join has the lowest rank are joined, the
 * leftmost first, until no join has a rank.
 *
 * @param word its bytes, as a string of code units below 256
 */
export function mergeWord(word: string, ranks: Ranks): number[] {
  const whole = ranks.get(word);
  if (whole !== undefined) return [whole];
  return word.length <= short ? mergeShort(word, ranks) : mergeLong(word, ranks);
}

function mergeShort(word: string, ranks: Ranks): number[] {
  const starts = Array.from({ length: word.length + 1 }, (_, i) => i);
  const joined = (i: number): number =>
    i + 2 < starts.length
      ? (ranks.get(word.slice(starts[i], starts[i + 2])) ?? Number.POSITIVE_INFINITY)
      : Number.POSITIVE_INFINITY;
  const rank = Array.from({ length: word.length }, (_, i) => joined(i));
  for (;;) {
    let best = 0;
    for (let i = 1; i < rank.length; i++) if (rank[i]! < rank[best]!) best = i;
    if (rank[best] === Number.POSITIVE_INFINITY) break;
    starts.splice(best + 1, 1);
    rank.splice(best + 1, 1);
    rank[best] = joined(best);
    if (best > 0) rank[best - 1] = joined(best - 1);
  }
  return rank.map((_, i) => ranks.get(word.slice(starts[i], starts[i + 1]))!);
}

/** The same in n log n: parts in a linked list, possible joins in a heap, stale ones skipped. */
function mergeLong(word: string, ranks: Ranks): number[] {
  const size = word.length;
  const next = Int32Array.from({ length: size + 1 }, (_, i) => i + 1);
  const previous = Int32Array.from({ length: size + 1 }, (_, i) => i - 1);
  const rank = new Float64Array(size).fill(Number.POSITIVE_INFINITY);
  // A heap of rank * 2^32 + start: by rank, then from the left.
  const heap = heapOf<number>((a, b) => a < b);

  const consider = (start: number): void => {
    const end = next[start]! < size ? next[next[start]!]! : 0;
    const found = end > 0 ? ranks.get(word.slice(start, end)) : undefined;
    rank[start] = found ?? Number.POSITIVE_INFINITY;
    if (found !== undefined) heap.push(found * 2 ** 32 + start);
  };

  for (let start = 0; start < size - 1; start++) consider(start);
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const start = top % 2 ** 32;
    if (rank[start] !== Math.floor(top / 2 ** 32)) continue;
    const gone = next[start]!;
    rank[gone] = Number.POSITIVE_INFINITY;
    next[start] = next[gone]!;
    previous[next[gone]!] = start;
    consider(start);
    if (start > 0) consider(previous[start]!);
  }

  const ids: number[] = [];
  for (let start = 0; start < size; start = next[start]!) {
    ids.push(ranks.get(word.slice(start, next[start]))!);
  }
  return ids;
}
