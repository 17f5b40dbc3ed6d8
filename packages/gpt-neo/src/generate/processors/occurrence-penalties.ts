import type { Processor } from "./processor.ts";

/**
 * Subtracts from the score of every id that is among the new ones: `presence` once, and `frequency` as
 * often as it is there.
 */
export function occurrencePenalties(presence: number, frequency: number): Processor {
  return (scores, { ids, promptLength }) => {
    const penalized = scores.slice();
    const made = ids.slice(promptLength);
    for (const id of new Set(made)) penalized[id]! -= presence;
    for (const id of made) penalized[id]! -= frequency;
    return penalized;
  };
}
