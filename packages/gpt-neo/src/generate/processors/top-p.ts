import { keepLargest } from "./keep.ts";
import type { Processor } from "./processor.ts";

/** Keeps the fewest likeliest ids that together have the probability `share`; at least `least`. */
export function topP(share: number, least: number): Processor {
  return (scores) => {
    const sorted = scores.slice().sort().reverse();
    const most = sorted[0]!;
    const total = scores.reduce((sum, x) => sum + Math.exp(x - most), 0);
    let count = 0;
    let before = 0;
    while (count < sorted.length && (count < least || before < share)) {
      before += Math.exp(sorted[count]! - most) / total;
      count++;
    }
    return keepLargest(scores, count);
  };
}
