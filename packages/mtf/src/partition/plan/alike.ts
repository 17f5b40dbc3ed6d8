import type { Answers } from "../answers.ts";
import { numberOf, type Placements } from "../placements.ts";
import { type Choice, printSorted, tracksOf } from "./choice.ts";
import { remembered } from "./remembered.ts";
import { sequences } from "./sequences.ts";
import type { Track } from "./track.ts";

/** How far around an op others have to be alike, too. */
const hops = 2;

/**
 * The choices that are alike, in groups: the same op of the same line on the same dims and axes,
 * planned alike, among others that are. The blocks of a model are found so, however many.
 */
export function groupsOf(
  choices: readonly Choice[],
  { placements }: Answers,
): readonly (readonly Choice[])[] {
  const { tracks, places } = tracksAmong(choices);
  const states = statesOf(tracks, placements);
  const then = sequences();
  const texts = numbering((text: string) => text);
  const splits = numbering(printSorted);
  const sets = numbering((axes: readonly string[]) => axes.join());
  // Rounds that are only estimated are no integers.
  const counts = numbering((runs: number) => `${runs}`);
  let kinds = choices.map(({ task: { node, facts, axes }, runs, split }, i) => {
    let kind = then(then(then(0, facts.shape), texts(node.line)), texts(node.pass));
    kind = then(then(kind, counts(runs)), sets(axes));
    kind = then(then(kind, splits(split.assignment)), Number(split.passes));
    return eachThen(then, kind, places[i]!, states);
  });
  for (let hop = 0; hop < hops; hop++) {
    const around = tracks.map((): number[] => []);
    places.forEach((own, i) => {
      for (const place of own) around[place]!.push(kinds[i]!);
    });
    const joined = setsOf(around);
    const next = sequences();
    kinds = kinds.map((kind, i) => eachThen(next, next(0, kind), places[i]!, joined));
  }
  const groups = new Map<number, Choice[]>();
  choices.forEach((choice, i) => {
    remembered(groups, kinds[i]!, () => []).push(choice);
  });
  return [...groups.values()];
}

/** A sequence, and then what is known of each of some places. */
function eachThen(
  then: ReturnType<typeof sequences>,
  before: number,
  places: readonly number[],
  known: readonly number[],
): number {
  let all = before;
  for (const place of places) all = then(all, known[place]!);
  return all;
}

/** All that choices read and make, and for each of them where among these its own are. */
function tracksAmong(choices: readonly Choice[]): {
  readonly tracks: readonly Track[];
  readonly places: readonly (readonly number[])[];
} {
  const found = new Map<Track, number>();
  const placeOf = (track: Track) => remembered(found, track, () => found.size);
  const places = choices.map((choice) => tracksOf(choice).map(placeOf));
  return { tracks: [...found.keys()], places };
}

/** The same number for items with the same text. */
function numbering<Item>(text: (item: Item) => string): (item: Item) => number {
  const numbers = new Map<string, number>();
  const known = new Map<Item, number>();
  return (item) =>
    remembered(known, item, () => remembered(numbers, text(item), () => numbers.size));
}

/** The same number for tracks that begin alike and are asked for alike, however often. */
function statesOf(tracks: readonly Track[], placements: Placements): readonly number[] {
  const then = sequences();
  return tracks.map(({ start, demands }) => {
    let state = 0;
    for (const placement of start) state = then(state, numberOf(placements, placement));
    state = then(state, -1);
    const asked: number[] = [];
    for (const { to, settles } of demands) {
      const one = numberOf(placements, to) * 2 + Number(settles);
      if (asked.includes(one)) continue;
      asked.push(one);
      state = then(state, one);
    }
    return state;
  });
}

/** The same number for the same numbers, in whatever order and however often. */
function setsOf(all: readonly number[][]): readonly number[] {
  const then = sequences();
  return all.map((numbers) => {
    if (numbers.length > 1) numbers.sort((a, b) => a - b);
    let set = 0;
    let before = -1;
    for (const n of numbers) {
      if (n !== before) set = then(set, n);
      before = n;
    }
    return set;
  });
}
