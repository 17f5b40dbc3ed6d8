import { forbidding } from "./changing.ts";
import type { Processor } from "./processor.ts";

/** Does not choose some ids as the first new one; after `forced` ids that are not chosen freely. */
export function beginSuppressTokens(suppressed: readonly number[], forced = 0): Processor {
  return forbidding(({ ids, promptLength }) =>
    ids.length === promptLength + forced ? suppressed : [],
  );
}
