import { keep } from "./keep.ts";
import type { Processor } from "./processor.ts";

/** Keeps ids that are at least `share` times as probable as the likeliest; at least `least`. */
export function minP(share: number, least: number): Processor {
  return (scores) => {
    const most = scores.reduce((a, b) => Math.max(a, b));
    return keep(scores, (id) => Math.exp(scores[id]! - most) >= share, least);
  };
}
