import { forbidding } from "./changing.ts";
import type { Processor } from "./processor.ts";

/** Never chooses some ids. */
export function suppressTokens(suppressed: readonly number[]): Processor {
  return forbidding(() => suppressed);
}
