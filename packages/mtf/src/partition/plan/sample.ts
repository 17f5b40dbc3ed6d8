import { type Choice, tracksOf } from "./choice.ts";

/**
 * A value with more readers than this is no link between two blocks: all of them read it. Nor is an
 * op that reads more values, as a sum over all parameters does: it is not planned but stays as it is.
 */
const mostNeighbours = 12;

/** Choices of few enough values to be planned. */
export function plannable(choices: readonly Choice[]): readonly Choice[] {
  return choices.filter(({ operands, results }) => {
    if (operands.length + results.length <= mostNeighbours) return true;
    return new Set([...operands.map(({ track }) => track), ...results]).size <= mostNeighbours;
  });
}

/**
 * The choices that stand for all: of each group that in the middle, and those next to it, so that
 * it has around it what all of them have. Of a model with many blocks that is about one.
 */
export function sampleOf(
  choices: readonly Choice[],
  groups: readonly (readonly Choice[])[],
): readonly Choice[] {
  const sample = new Set(groups.map(middleOf));
  const around = new Map([...sample].flatMap(tracksOf).map((track) => [track, [] as Choice[]]));
  for (const choice of choices) {
    for (const track of tracksOf(choice)) around.get(track)?.push(choice);
  }
  for (const others of around.values()) {
    if (others.length <= mostNeighbours) for (const other of others) sample.add(other);
  }
  return choices.filter((choice) => sample.has(choice));
}

export function middleOf(group: readonly Choice[]): Choice {
  return group[group.length >> 1]!;
}
