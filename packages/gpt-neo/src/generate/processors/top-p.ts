import { keepLargest } from "./keep.ts";
import type { Processor } from "./processor.ts";

/** Keeps the fewest likeliest ids that together have the probability `share`; at least `least`. */
export function topP(share: number, least: number): Processor {
  return (scores) => {
    const sorted = scores.slice().sort();
    const most = sorted.at(-1)!;
    let total = 0;
    for (const x of scores) total += Math.exp(x - most);
    let count = 0;
    let before = 0;
    while (count < sorted.length && (count < least || before < share)) {
      count++;
      before += Math.exp(sorted[sorted.length - count]! - most) / total;
    }
    return keepLargest(scores, count);
  };
}
