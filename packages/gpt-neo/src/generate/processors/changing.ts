import type { Changes, Processor } from "./processor.ts";

/**
 * A processor that changes the scores of some ids and leaves the others as they are. Ids beyond the
 * vocabulary are passed over.
 *
 * @param lowers whether it never raises a score
 */
export function changing(changes: Changes, lowers: boolean): Processor {
  const process: Processor = (scores, context) => {
    const some = changes(context);
    if (some.size === 0) return scores;
    const changed = scores.slice();
    for (const [id, change] of some) {
      if (id < changed.length) changed[id] = change(changed[id]!);
    }
    return changed;
  };
  return lowers ? Object.assign(process, { lowers: changes }) : process;
}

/** Never chooses some ids. */
export function forbidding(idsOf: (...given: Parameters<Changes>) => Iterable<number>): Processor {
  return changing((context) => {
    return new Map(Array.from(idsOf(context), (id) => [id, () => Number.NEGATIVE_INFINITY]));
  }, true);
}
