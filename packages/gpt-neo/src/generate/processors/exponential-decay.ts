import type { Processor } from "./processor.ts";

/**
 * Makes the end of the text more likely with each id, from `start` new ones on: `|score|` times
 * `factor ** n - 1` is added to its score, n ids after the start.
 */
export function exponentialDecay(
  [start, factor]: readonly [start: number, factor: number],
  ends: readonly number[],
): Processor {
  return (scores, { ids, promptLength }) => {
    const beyond = ids.length - promptLength - start;
    if (beyond <= 0) return scores;
    const raised = scores.slice();
    for (const end of ends) {
      if (end < raised.length) raised[end]! += Math.abs(scores[end]!) * (factor ** beyond - 1);
    }
    return raised;
  };
}
