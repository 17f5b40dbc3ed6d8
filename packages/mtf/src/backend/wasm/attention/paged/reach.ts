import type { PagedLoop } from "./loop.ts";

/** What the queries of a row look at. */
export interface Reach {
  /** How many of the queries here are the row's own. */
  readonly queries: number;
  /** The place of the first of them among the row's tokens. */
  readonly position: number;
  /** The tokens that some query of the row sees, wherever that query is. */
  readonly begin: number;
  readonly end: number;
}

export function reachOf(
  { length, first, queries, window, pages, size }: PagedLoop,
  before: number,
  count: number,
): Reach {
  const own = Math.min(count, length);
  return {
    queries: Math.max(0, Math.min(queries, own - first)),
    position: before + first,
    begin: Math.max(0, before - window + 1),
    end: Math.min(before + own, pages * size),
  };
}

/** Whether each token that a row's queries look at, and each of these themselves, is in a block. */
export function isThere(
  { blocks, size, pages }: PagedLoop,
  { position, queries, begin, end }: Reach,
  table: ArrayLike<number>,
  row: number,
): boolean {
  if (begin >= end || position < 0 || position + queries > end) return false;
  for (let page = Math.floor(begin / size); page * size < end; page++) {
    const block = table[row * pages + page]!;
    if (block < 0 || block >= blocks) return false;
  }
  return true;
}
