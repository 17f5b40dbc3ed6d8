import type { Answers } from "../answers.ts";
import { numberOf, type Placements } from "../placements.ts";
import { type Choice, printSorted } from "./choice.ts";
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
  const numberedTrack = numbering((track: Track) => printTrack(track, placements));
  const numberedSplit = numbering(printSorted);
  let kinds = numbered(choices, ({ task, runs, split, tracks }) => {
    const { node, facts, axes } = task;
    const by = `${numberedSplit(split.assignment)} ${split.passes}`;
    return `${facts.shape} ${node.line} ${node.pass} ${runs} ${axes} ${by} ${tracks.map(numberedTrack)}`;
  });
  for (let hop = 0; hop < hops; hop++) {
    const around = new Map<Track, Set<number>>();
    choices.forEach(({ tracks }, i) => {
      for (const track of tracks) remembered(around, track, () => new Set()).add(kinds[i]!);
    });
    const joined = numbering((track: Track) =>
      [...around.get(track)!].sort((a, b) => a - b).join(),
    );
    kinds = numbered(choices, ({ tracks }, i) => `${kinds[i]} ${tracks.map(joined)}`);
  }
  const groups = new Map<number, Choice[]>();
  choices.forEach((choice, i) => {
    remembered(groups, kinds[i]!, () => []).push(choice);
  });
  return [...groups.values()];
}

/** The same number for choices with the same text. */
function numbered(
  choices: readonly Choice[],
  text: (choice: Choice, i: number) => string,
): readonly number[] {
  const numbers = new Map<string, number>();
  return choices.map((choice, i) => remembered(numbers, text(choice, i), () => numbers.size));
}

/** The same number for items with the same text, which each is asked for once. */
function numbering<Item>(text: (item: Item) => string): (item: Item) => number {
  const numbers = new Map<string, number>();
  const known = new Map<Item, number>();
  return (item) =>
    remembered(known, item, () => remembered(numbers, text(item), () => numbers.size));
}

function printTrack({ start, demands }: Track, placements: Placements): string {
  let text = "";
  for (const placement of start) text += `${numberOf(placements, placement)} `;
  const demanded = new Set<string>();
  for (const { to, settles } of demands) {
    demanded.add(`${numberOf(placements, to)}${settles ? "!" : ""}`);
  }
  return `${text}to ${[...demanded].join()}`;
}
