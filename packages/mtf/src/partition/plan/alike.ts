import type { Dimension } from "../../dimension.ts";
import { dimsOf } from "../../graph/tensor.ts";
import { printPlacement } from "../../program/placement.ts";
import { type Choice, printSplit } from "./choice.ts";
import { remembered } from "./remembered.ts";
import type { Track } from "./track.ts";

/** How far around an op others have to be alike, too. */
const hops = 2;

/**
 * The choices that are alike, in groups: the same op of the same line on the same dims, planned
 * alike, among others that are. The blocks of a model are found so, however many.
 */
export function groupsOf(choices: readonly Choice[]): readonly (readonly Choice[])[] {
  const texts = new Map<Track, string>();
  const shown = (track: Track) => remembered(texts, track, () => printTrack(track));
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
  const { node } = choice.situation;
  const dims = [...node.operands.map(dimsOf), ...node.results.map((r) => r.dims)].map(printDims);
  const tracks = choice.tracks.map(shown);
  const split = printSplit(choice.split);
  return [node.kind, `${node.line}`, node.pass, choice.runs, ...dims, split, ...tracks].join("|");
}

function printTrack({ start, demands }: Track): string {
  const demanded = demands.map(({ to, settles }) => `${printPlacement(to)}${settles ? "!" : ""}`);
  return [...start.map(printPlacement), "to", ...new Set(demanded)].join(";");
}

function printDims(dims: readonly Dimension[]): string {
  return dims.map((d) => `${d.name}${d.size}`).join();
}
