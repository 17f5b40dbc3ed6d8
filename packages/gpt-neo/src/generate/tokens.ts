import type { Held } from "mtf/simulator";
import type { Rows } from "../rows.ts";
import type { Chunk } from "./chunks.ts";

/** Tokens for each place of a cache: `length` in a line, of which `counts` are there. */
export interface Tokens {
  readonly length: number;
  /** Where devices chose them, they are nowhere else yet. */
  readonly ids: Int32Array | Held<Rows>;
  /** How many tokens each place has already. */
  readonly before: Int32Array;
  readonly counts: Int32Array;
}

/** A row that gets fresh tokens. */
export interface GrowingRow {
  readonly place: number;
  /** How many it has already. */
  readonly had: number;
  readonly fresh: readonly number[];
}

/** A chunk of what rows get, each at its place of so many. */
export function tokensOf(
  { length, pieces }: Pick<Chunk, "length" | "pieces">,
  rows: readonly GrowingRow[],
  places: number,
): Tokens {
  const ids = new Int32Array(places * length);
  const [before, counts] = [new Int32Array(places), new Int32Array(places)];
  for (const [row, { place, had, fresh }] of rows.entries()) {
    const [begin, end] = pieces[row]!;
    ids.set(fresh.slice(begin, end), place * length);
    before[place] = had + begin;
    counts[place] = end - begin;
  }
  return { length, ids, before, counts };
}
