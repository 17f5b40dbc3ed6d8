import type { Scores } from "./processor.ts";

/** The same scores, but some ids cannot be chosen. Ids beyond the vocabulary are passed over. */
export function without(scores: Scores, ids: Iterable<number>): Scores {
  const left = scores.slice();
  for (const id of ids) if (id < left.length) left[id] = Number.NEGATIVE_INFINITY;
  return left;
}

/** Scores by which one id is chosen for certain. */
export function only(scores: Scores, id: number): Scores {
  const one = new Float64Array(scores.length).fill(Number.NEGATIVE_INFINITY);
  one[id] = 0;
  return one;
}
