import type { Scores } from "./processor.ts";

/** Scores by which one id is chosen for certain. */
export function only(scores: Scores, id: number): Scores {
  const one = new Float64Array(scores.length).fill(Number.NEGATIVE_INFINITY);
  one[id] = 0;
  return one;
}
