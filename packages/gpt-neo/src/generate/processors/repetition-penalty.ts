import { changing } from "./changing.ts";
import type { Processor } from "./processor.ts";

/** Divides the score of every id that is in the text by the penalty, or multiplies it where it is below 0. */
export function repetitionPenalty(penalty: number): Processor {
  const penalized = (score: number): number => (score < 0 ? score * penalty : score / penalty);
  return changing(({ ids }) => new Map(ids.map((id) => [id, penalized])), penalty >= 1);
}
