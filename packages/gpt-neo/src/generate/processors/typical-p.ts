import { logSoftmax } from "../log-softmax.ts";
import { entropyOf } from "./entropy.ts";
import type { Processor } from "./processor.ts";

/**
 * Keeps the ids whose surprise is nearest to the expected one, that together have the probability
 * `share` (Meister et al., 2022); at least `least`.
 */
export function typicalP(share: number, least: number): Processor {
  return (scores) => {
    const logs = logSoftmax(scores);
    const entropy = entropyOf(logs);
    const far = logs.map((log) => Math.abs(-log - entropy));
    const order = Array.from(far.keys()).sort((a, b) => far[a]! - far[b]! || a - b);
    let before = 0;
    let last = 0;
    for (const id of order) {
      before += Math.exp(logs[id]!);
      if (before >= share) break;
      last++;
    }
    const farthest = far[order[Math.min(last, order.length - 1)]!]!;
    const near = new Set(order.slice(0, least));
    return scores.map((x, id) =>
      far[id]! <= farthest || near.has(id) ? x : Number.NEGATIVE_INFINITY,
    );
  };
}
