import { forbidding } from "./changing.ts";
import type { Processor } from "./processor.ts";

/** Does not end the text before it has `least` ids, the prompt's included. */
export function minLength(least: number, ends: readonly number[]): Processor {
  return forbidding(({ ids }) => (ids.length < least ? ends : []));
}
