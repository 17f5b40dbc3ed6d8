import type { Processor } from "./processor.ts";

/** Divides scores: above 1 choices vary more, below 1 less. */
export function temperature(heat: number): Processor {
  return (scores) => scores.map((x) => x / heat);
}
