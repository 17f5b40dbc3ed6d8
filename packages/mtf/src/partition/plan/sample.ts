import type { Choice } from "./choice.ts";
import { remembered } from "./remembered.ts";
import type { Track } from "./track.ts";

/**
 * A value with more readers than this is no link between two blocks: all of them read it. Nor is an
 * op that reads more values, as a sum over all parameters does: it is not planned but stays as it is.
 */
const mostNeighbours = 12;

/** Choices of few enough values to be planned. */
export function plannable(choices: readonly Choice[]): readonly Choice[] {
  return choices.filter(({ tracks }) => tracks.length <= mostNeighbours);
}

/**
 * The choices that stand for all: of each group that in the middle, and those next to it, so that
 * it has around it what all of them have. Of a model with many blocks that is about one.
 */
export function sampleOf(
  choices: readonly Choice[],
  groups: readonly (readonly Choice[])[],
): readonly Choice[] {
  const around = new Map<Track, Choice[]>();
  for (const choice of choices) {
    for (const track of choice.tracks) remembered(around, track, () => []).push(choice);
  }
  const sample = new Set<Choice>();
  for (const group of groups) {
    const middle = middleOf(group);
    sample.add(middle);
    for (const track of middle.tracks) {
      const others = around.get(track)!;
      if (others.length <= mostNeighbours) for (const other of others) sample.add(other);
    }
  }
  return choices.filter((choice) => sample.has(choice));
}

export function middleOf(group: readonly Choice[]): Choice {
  return group[group.length >> 1]!;
}
