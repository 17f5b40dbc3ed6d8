import type { Answers } from "../answers.ts";
import { numberOf, type Placements } from "../placements.ts";
import { type Choice, printSplit } from "./choice.ts";
import { remembered } from "./remembered.ts";
import type { Track } from "./track.ts";

/** How far around an op others have to be alike, too. */
const hops = 2;

/**
 * The choices that are alike, in groups: the same op of the same line on the same dims, planned
 * alike, among others that are. The blocks of a model are found so, however many.
 */
export function groupsOf(
  choices: readonly Choice[],
  { placements }: Answers,
): readonly (readonly Choice[])[] {
  const texts = new Map<Track, string>();
  const shown = (track: Track) => remembered(texts, track, () => printTrack(track, placements));
  let kinds = numbered(choices, (choice) => describe(choice, shown));
  for (let hop = 0; hop < hops; hop++) {
    const around = new Map<Track, Set<number>>();
    choices.forEach(({ tracks }, i) => {
      for (const track of tracks) remembered(around, track, () => new Set()).add(kinds[i]!);
    });
    const joined = new Map<Track, string>();
    const join = (track: Track) =>
      remembered(joined, track, () => [...around.get(track)!].sort((a, b) => a - b).join());
    kinds = numbered(choices, ({ tracks }, i) => `${kinds[i]} ${tracks.map(join).join(" ")}`);
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

function describe(choice: Choice, shown: (track: Track) => string): string {
  const { node, facts } = choice.task;
  let text = `${facts.shape} ${node.line} ${node.pass} ${choice.runs} ${printSplit(choice.split)}`;
  for (const track of choice.tracks) text += `|${shown(track)}`;
  return text;
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
