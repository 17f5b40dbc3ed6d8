import type { Answers } from "../answers.ts";
import { numberOf, type Placements } from "../placements.ts";
import { type Choice, printSorted, tracksOf } from "./choice.ts";
import { remembered } from "./remembered.ts";
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
  const states = numbered(tracks, (track) => printTrack(track, placements));
  const splits = numbering(printSorted);
  const sets = numbering((axes: readonly string[]) => axes.join());
  let kinds = numbered(choices, ({ task, runs, split }, i) => {
    const { node, facts, axes } = task;
    const by = `${splits(split.assignment)} ${split.passes}`;
    const text = `${facts.shape} ${node.line} ${node.pass} ${runs} ${sets(axes)} ${by}`;
    return places[i]!.reduce((all, place) => `${all} ${states[place]}`, text);
  });
  for (let hop = 0; hop < hops; hop++) {
    const around = tracks.map((): number[] => []);
    places.forEach((own, i) => {
      for (const place of own) around[place]!.push(kinds[i]!);
    });
    const joined = numbered(around, printSet);
    kinds = numbered(choices, (_, i) =>
      places[i]!.reduce((all, place) => `${all} ${joined[place]}`, `${kinds[i]}`),
    );
  }
  const groups = new Map<number, Choice[]>();
  choices.forEach((choice, i) => {
    remembered(groups, kinds[i]!, () => []).push(choice);
  });
  return [...groups.values()];
}

/** All that choices read and make, and for each of them where among these its own are. */
function tracksAmong(choices: readonly Choice[]): {
  readonly tracks: readonly Track[];
  readonly places: readonly (readonly number[])[];
} {
  const found = new Map<Track, number>();
  const places = choices.map((choice) =>
    tracksOf(choice).map((track) => remembered(found, track, () => found.size)),
  );
  return { tracks: [...found.keys()], places };
}

/** The same number for items with the same text. */
function numbered<Item>(
  items: readonly Item[],
  text: (item: Item, i: number) => string,
): readonly number[] {
  const numbers = new Map<string, number>();
  return items.map((item, i) => remembered(numbers, text(item, i), () => numbers.size));
}

/** The same number for items with the same text, for items that come again and again. */
function numbering<Item>(text: (item: Item) => string): (item: Item) => number {
  const numbers = new Map<string, number>();
  const known = new Map<Item, number>();
  return (item) =>
    remembered(known, item, () => remembered(numbers, text(item), () => numbers.size));
}

function printTrack({ start, demands }: Track, placements: Placements): string {
  let text = "";
  for (const placement of start) text += `${numberOf(placements, placement)} `;
  const demanded: string[] = [];
  for (const { to, settles } of demands) {
    const demand = `${numberOf(placements, to)}${settles ? "!" : ""}`;
    if (!demanded.includes(demand)) demanded.push(demand);
  }
  return `${text}to ${demanded.join()}`;
}

/** The same text for the same numbers, in whatever order and however often. */
function printSet(numbers: number[]): string {
  numbers.sort((a, b) => a - b);
  return numbers.filter((n, i) => n !== numbers[i - 1]).join();
}
