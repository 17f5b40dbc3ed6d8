import { changing } from "./changing.ts";
import type { Processor } from "./processor.ts";

/**
 * Subtracts from the score of every id that is among the new ones: `presence` once, and `frequency` as
 * often as it is there.
 */
export function occurrencePenalties(presence: number, frequency: number): Processor {
  return changing(
    ({ ids, promptLength }) => {
      const times = new Map<number, number>();
      for (const id of ids.slice(promptLength)) times.set(id, (times.get(id) ?? 0) + 1);
      const penalized = (count: number) => (score: number) => {
        let left = score - presence;
        for (let i = 0; i < count; i++) left -= frequency;
        return left;
      };
      return new Map(Array.from(times, ([id, count]) => [id, penalized(count)]));
    },
    presence >= 0 && frequency >= 0,
  );
}
