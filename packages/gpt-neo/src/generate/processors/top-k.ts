import { keep } from "./keep.ts";
import type { Processor } from "./processor.ts";

/** Keeps the `count` likeliest ids, with those as likely as the last; at least `least`. */
export function topK(count: number, least: number): Processor {
  return (scores) => keep(scores, () => false, Math.max(count, least));
}
