import { heapOf } from "../heap.ts";
import { maxIds } from "./checks.ts";
import type { TokenizerFile } from "./file.ts";

/** Which tokens join, in what order, into which. */
export interface Joins {
  /** `left * maxIds + right` → `rank * maxIds + joined`. */
  readonly pairs: ReadonlyMap<number, number>;
}

export function joinsOf({ vocabulary, merges }: TokenizerFile): Joins {
  const pairs = new Map<number, number>();
  for (const [rank, [left, right]] of merges.entries()) {
    const key = vocabulary.get(left)! * maxIds + vocabulary.get(right)!;
    // The last of two equal pairs counts, as it does in the original.
    pairs.set(key, rank * maxIds + vocabulary.get(left + right)!);
  }
  return { pairs };
}

/**
 * Joins a word's tokens until no join is left: always the one of the lowest rank, of equal ones the
 * leftmost. n log n steps, so that a word of a megabyte is no trap.
 */
export function joinAll(tokens: Int32Array, joins: Joins): Int32Array {
  return tokens.length <= 64 ? joinFew(tokens, joins) : joinMany(tokens, joins);
}

const none = Number.POSITIVE_INFINITY;

function joinFew(tokens: Int32Array, { pairs }: Joins): Int32Array {
  let length = tokens.length;
  const best = (i: number): number => pairs.get(tokens[i]! * maxIds + tokens[i + 1]!) ?? none;
  const found: number[] = [];
  for (let i = 0; i + 1 < length; i++) found.push(best(i));
  while (length > 1) {
    let at = 0;
    for (let i = 1; i < length - 1; i++) if (rankOf(found[i]!) < rankOf(found[at]!)) at = i;
    if (found[at] === none) break;
    tokens[at] = found[at]! % maxIds;
    tokens.copyWithin(at + 1, at + 2, length);
    found.splice(at, 1);
    length--;
    if (at + 1 < length) found[at] = best(at);
    if (at > 0) found[at - 1] = best(at - 1);
  }
  return tokens.subarray(0, length);
}

function rankOf(join: number): number {
  return Math.floor(join / maxIds);
}

/** The same with the tokens in a linked list and the joins in a heap, where stale ones stay. */
function joinMany(tokens: Int32Array, { pairs }: Joins): Int32Array {
  const size = tokens.length;
  const next = Int32Array.from(tokens, (_, i) => i + 1);
  const previous = Int32Array.from(tokens, (_, i) => i - 1);
  // By rank, then from the left: both in one number, exact up to ranks of 2^22 and 2^31 places.
  const heap = heapOf<number>((a, b) => a < b);
  const consider = (left: number): void => {
    const right = left < 0 ? size : next[left]!;
    if (right >= size) return;
    const join = pairs.get(tokens[left]! * maxIds + tokens[right]!);
    if (join !== undefined) heap.push(rankOf(join) * 2 ** 31 + left);
  };
  for (let i = 0; i < size; i++) consider(i);
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const left = top % 2 ** 31;
    const right = tokens[left]! < 0 ? size : next[left]!;
    if (right >= size) continue;
    const join = pairs.get(tokens[left]! * maxIds + tokens[right]!);
    if (join === undefined || rankOf(join) !== Math.floor(top / 2 ** 31)) continue;
    tokens[left] = join % maxIds;
    tokens[right] = -1;
    next[left] = next[right]!;
    if (next[right]! < size) previous[next[right]!] = left;
    consider(left);
    consider(previous[left]!);
  }
  return tokens.filter((token) => token >= 0);
}
