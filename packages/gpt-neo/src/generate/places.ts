import { powerOfTwo } from "../power-of-two.ts";

/** Where rows are in a cache, which has a place for each and maybe others. */
export interface Places {
  /** How many there are. */
  readonly size: number;
  /** The place of each row. */
  readonly of: readonly number[];
  /** For each place, that of what is there now; undefined where all stay where they are. */
  readonly from?: readonly number[];
}

/**
 * Gives rows places, those where they are if it may be: moving a row copies what is kept of it.
 *
 * @param before where what each row begins with is; undefined for a row that is new
 * @param size how many places there are
 */
export function placesFor(before: readonly (number | undefined)[], size: number): Places {
  const next = sizeFor(before.length, size);
  const taken = new Set<number>();
  const stay = before.map((place) => {
    if (place === undefined || place >= next || taken.has(place)) return undefined;
    taken.add(place);
    return place;
  });
  const free = Array.from({ length: next }, (_, place) => place).filter((p) => !taken.has(p));
  const of = stay.map((place) => place ?? free.shift()!);
  const from = Array.from({ length: next }, (_, place) => (place < size ? place : 0));
  for (const [row, place] of of.entries()) from[place] = before[row] ?? from[place]!;
  const moves = next !== size || from.some((source, place) => source !== place);
  return { size: next, of, ...(moves && { from }) };
}

/** A power of two, so that programs are made for a few sizes; another than now only where it pays. */
function sizeFor(rows: number, now: number): number {
  if (rows <= now && 2 * rows > now) return now;
  return powerOfTwo(rows);
}
