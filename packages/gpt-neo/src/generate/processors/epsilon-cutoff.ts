import { logSoftmax } from "../log-softmax.ts";
import { keep } from "./keep.ts";
import type { Processor } from "./processor.ts";

/** Keeps ids of at least the probability `epsilon` (Hewitt et al., 2022); at least `least`. */
export function epsilonCutoff(epsilon: number, least: number): Processor {
  return (scores) => {
    const logs = logSoftmax(scores);
    return keep(scores, (id) => Math.exp(logs[id]!) >= epsilon, least);
  };
}
