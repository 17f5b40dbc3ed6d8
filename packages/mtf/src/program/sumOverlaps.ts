import type { Range } from "./placement.ts";

/** Two ranges for each of some dims, at every place along an axis. */
export interface Pairs {
  at(place: number): readonly (readonly [Range, Range])[];
  /** Between these places the ranges begin and end on straight lines. */
  readonly bends: readonly number[];
}

/**
 * The elements that the ranges of a pair have in common, multiplied over the dims and summed over
 * `count` places: in a time that does not grow with their number.
 */
export function sumOverlaps(pairs: Pairs, count: number): number {
  const bends = inOrder([0, ...pairs.bends.filter((at) => at > 0 && at < count), count]);
  return between(bends, (from, to) => {
    const lines = linesFrom(pairs, from, to);
    const corners = lines.flatMap(cornersOf).filter((at) => at > from && at < to);
    return between(inOrder([from, ...corners, to]), (begin, end) => sumSmooth(lines, begin, end));
  });
}

/** A number at every place: `at(i) = base + slope · i`. */
interface Line {
  readonly base: number;
  readonly slope: number;
}

/** Where two ranges begin and end. */
interface Overlap {
  readonly begins: readonly [Line, Line];
  readonly ends: readonly [Line, Line];
}

function linesFrom(pairs: Pairs, from: number, to: number): readonly Overlap[] {
  const first = pairs.at(from);
  const second = to - from > 1 ? pairs.at(from + 1) : first;
  const line = (a: number, b: number): Line => ({ base: a - (b - a) * from, slope: b - a });
  return first.map((pair, d) => {
    const next = second[d]!;
    const begin = (i: 0 | 1) => line(pair[i].begin, next[i].begin);
    const end = (i: 0 | 1) => line(endOf(pair[i]), endOf(next[i]));
    return { begins: [begin(0), begin(1)], ends: [end(0), end(1)] };
  });
}

function endOf({ begin, size }: Range): number {
  return begin + size;
}

function at({ base, slope }: Line, place: number): number {
  return base + slope * place;
}

/** The places from which on the ranges overlap in another way; some of them no places. */
function cornersOf({ begins, ends }: Overlap): readonly number[] {
  const [[beginA, beginB], [endA, endB]] = [begins, ends];
  const lines = [
    [beginA, beginB],
    [endA, endB],
    [endA, beginB],
    [endB, beginA],
  ] as const;
  return lines.map(([p, q]) => Math.floor((q.base - p.base) / (p.slope - q.slope)) + 1);
}

/**
 * A sum over places where the product is a polynomial, of a degree of one per dim: by Newton's
 * forward differences, of which it has no more than that.
 */
function sumSmooth(overlaps: readonly Overlap[], begin: number, end: number): number {
  const known = Math.min(overlaps.length + 1, end - begin);
  let differences = Array.from({ length: known }, (_, i) => productAt(overlaps, begin + i));
  let sum = 0;
  let ways = 1;
  for (let k = 0; k < known; k++) {
    // The number of ways to choose k + 1 of all places.
    ways = (ways * (end - begin - k)) / (k + 1);
    sum += ways * differences[0]!;
    differences = differences.slice(1).map((value, i) => value - differences[i]!);
  }
  return sum;
}

function productAt(overlaps: readonly Overlap[], place: number): number {
  return overlaps.reduce((product, { begins, ends }) => {
    const begin = Math.max(at(begins[0], place), at(begins[1], place));
    const end = Math.min(at(ends[0], place), at(ends[1], place));
    return product * Math.max(0, end - begin);
  }, 1);
}

function between(cuts: readonly number[], sumOf: (from: number, to: number) => number): number {
  return cuts.slice(1).reduce((sum, to, i) => sum + sumOf(cuts[i]!, to), 0);
}

function inOrder(places: readonly number[]): readonly number[] {
  return [...new Set(places)].sort((a, b) => a - b);
}
