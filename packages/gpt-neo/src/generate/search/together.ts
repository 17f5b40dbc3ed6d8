import type { NextLogits } from "../next-logits.ts";
import { rowsAsked } from "./rows-asked.ts";
import type { Found, Search } from "./search.ts";

/** What one of several searches found. */
export type FoundBy = Found & { readonly prompt: number };

/**
 * Several searches at once, each of a prompt of its own: the rows of all in one call for logits.
 *
 * @param signal ends them by its reason, thrown before logits are asked for
 */
export async function* together(
  searches: readonly Search[],
  model: Pick<NextLogits, "next">,
  signal?: AbortSignal,
): AsyncGenerator<FoundBy> {
  let going = searches.map((search, prompt) => ({ search, prompt, begin: 0 }));
  while (going.length > 0) {
    signal?.throwIfAborted();
    const rows = going.flatMap(({ search, begin }) => rowsAsked(search, begin));
    const logits = await model.next(rows);
    let begin = 0;
    const next: typeof going = [];
    for (const { search, prompt } of going) {
      const end = begin + search.rows.length;
      const step = search.step(logits.slice(begin, end));
      for (const found of step.found) yield { ...found, prompt };
      if (step.next) next.push({ search: step.next, prompt, begin });
      begin = end;
    }
    going = next;
  }
}
