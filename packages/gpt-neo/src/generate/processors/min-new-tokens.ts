import { forbidding } from "./changing.ts";
import type { Processor } from "./processor.ts";

/** Does not end the text before it has `least` ids beside the prompt's. */
export function minNewTokens(least: number, ends: readonly number[]): Processor {
  return forbidding(({ ids, promptLength }) => (ids.length - promptLength < least ? ends : []));
}
