import type { Processor } from "./processor.ts";

/** Divides the score of every id that is in the text by the penalty, or multiplies it where it is below 0. */
export function repetitionPenalty(penalty: number): Processor {
  return (scores, { ids }) => {
    const penalized = scores.slice();
    for (const id of new Set(ids)) {
      const score = scores[id]!;
      penalized[id] = score < 0 ? score * penalty : score / penalty;
    }
    return penalized;
  };
}
