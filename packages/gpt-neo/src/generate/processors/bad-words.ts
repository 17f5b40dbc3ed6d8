import type { Processor } from "./processor.ts";
import { sequenceBias } from "./sequence-bias.ts";

/** Never completes any of some sequences of ids. An id that ends the text remains, as a bad word of its own. */
export function badWords(
  words: readonly (readonly number[])[],
  ends: readonly number[],
): Processor {
  const bad = words.filter(([first, ...rest]) => rest.length > 0 || !ends.includes(first!));
  return sequenceBias(bad.map((ids) => [ids, Number.NEGATIVE_INFINITY]));
}
