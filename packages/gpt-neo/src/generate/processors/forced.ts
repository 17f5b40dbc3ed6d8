import { only } from "./only.ts";
import type { Processor } from "./processor.ts";

/** An id that is chosen for certain where the text has a number of ids, the prompt's included. */
export function forcedAt(length: number, forced: number): Processor {
  return (scores, { ids }) => (ids.length === length ? only(scores, forced) : scores);
}
