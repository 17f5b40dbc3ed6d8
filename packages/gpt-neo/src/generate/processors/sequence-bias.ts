import { changing } from "./changing.ts";
import type { Processor } from "./processor.ts";

/** Ids in a row, and what is added to the score of the last one where the others are before it. */
export type SequenceBias = readonly [ids: readonly number[], bias: number];

/** Makes sequences of ids more likely, or less. One that is longer than the text so far is left alone. */
export function sequenceBias(biases: readonly SequenceBias[]): Processor {
  const lowers = biases.every(([, bias]) => bias <= 0);
  return changing(({ ids }) => {
    const changes = new Map<number, (score: number) => number>();
    for (const [sequence, bias] of biases) {
      const begin = sequence.slice(0, -1);
      const fits = begin.length === 0 || sequence.length <= ids.length;
      if (!fits || !begin.every((id, i) => ids[ids.length - begin.length + i] === id)) continue;
      const last = sequence.at(-1)!;
      const before = changes.get(last);
      changes.set(last, (score) => (before ? before(score) : score) + bias);
    }
    return changes;
  }, lowers);
}
