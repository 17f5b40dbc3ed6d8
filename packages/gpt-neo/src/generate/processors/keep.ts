import { kthLargest } from "../largest.ts";
import type { Scores } from "./processor.ts";

/**
 * The same scores, but only some ids can be chosen: those that are kept, and the `least` largest with
 * those equal to the last.
 */
export function keep(scores: Scores, isKept: (id: number) => boolean, least: number): Scores {
  const enough = kthLargest(scores, Math.min(least, scores.length));
  return only(scores, (x, id) => x >= enough || isKept(id));
}

/** The same scores, but only the `count` largest can be chosen; of equal ones the lower id. */
export function keepLargest(scores: Scores, count: number): Scores {
  if (count >= scores.length) return scores.slice();
  const least = kthLargest(scores, count);
  let equal = count;
  for (const x of scores) if (x > least) equal--;
  return only(scores, (x) => x > least || (x === least && equal-- > 0));
}

function only(scores: Scores, isKept: (score: number, id: number) => boolean): Scores {
  const kept = new Float64Array(scores.length).fill(Number.NEGATIVE_INFINITY);
  for (let id = 0; id < kept.length; id++) if (isKept(scores[id]!, id)) kept[id] = scores[id]!;
  return kept;
}
