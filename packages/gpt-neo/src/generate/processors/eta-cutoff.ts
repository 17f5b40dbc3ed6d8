import { logSoftmax } from "../log-softmax.ts";
import { entropyOf } from "./entropy.ts";
import { keep } from "./keep.ts";
import type { Processor } from "./processor.ts";

/**
 * Keeps ids of at least the probability `epsilon`, or less where the entropy is large: `sqrt(epsilon)`
 * times `exp(-entropy)` (Hewitt et al., 2022); at least `least`.
 */
export function etaCutoff(epsilon: number, least: number): Processor {
  return (scores) => {
    const logs = logSoftmax(scores);
    const eta = Math.min(epsilon, Math.sqrt(epsilon) * Math.exp(-entropyOf(logs)));
    return keep(scores, (id) => Math.exp(logs[id]!) >= eta, least);
  };
}
