import { placesOfLargest } from "../largest.ts";
import { logSoftmax } from "../log-softmax.ts";
import { entropyOf } from "./entropy.ts";
import { keepLargest } from "./keep.ts";
import type { Processor } from "./processor.ts";

/** More are never kept. */
const looked = 100;

/**
 * Keeps the likeliest ids whose share of the entropy is together at most `share` (top-H decoding,
 * Potraghloo et al., 2025), of the 100 likeliest; at least one.
 */
export function topH(share: number): Processor {
  return (scores) => {
    const likeliest = placesOfLargest(scores, looked).map((id) => scores[id]!);
    const logs = logSoftmax(likeliest);
    const allowed = entropyOf(logs) * share;
    let count = 0;
    let sum = 0;
    for (const log of logs) {
      sum += entropyOf([log]);
      if (sum > allowed) break;
      count++;
    }
    return keepLargest(scores, Math.max(1, count));
  };
}
