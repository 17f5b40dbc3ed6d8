import { without } from "./forbid.ts";
import type { Processor } from "./processor.ts";

/** Does not end the text before it has `least` ids beside the prompt's. */
export function minNewTokens(least: number, ends: readonly number[]): Processor {
  return (scores, { ids, promptLength }) =>
    ids.length - promptLength < least ? without(scores, ends) : scores;
}
