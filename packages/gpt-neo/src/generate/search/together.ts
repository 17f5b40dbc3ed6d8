import type { NextLogits } from "../next-logits.ts";
import { rowsAsked } from "./rows-asked.ts";
import type { Found, Search } from "./search.ts";

/** What one of several searches found. */
export type FoundBy = Found & { readonly prompt: number };

/** What ends searches before they have to, whenever logits are to be asked for. */
export interface EndedBy {
  /** Ends them by its reason, which is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Ends them with what they have found. */
  readonly enough?: AbortSignal | undefined;
}

/** Several searches at once, each of a prompt of its own: the rows of all in one call for logits. */
export async function* together(
  searches: readonly Search[],
  model: Pick<NextLogits, "next" | "glance">,
  { signal, enough }: EndedBy = {},
): AsyncGenerator<FoundBy> {
  let going = searches.map((search, prompt) => ({ search, prompt, begin: 0 }));
  while (going.length > 0) {
    signal?.throwIfAborted();
    if (enough?.aborted) {
      yield* endedNow(going);
      return;
    }
    const rows = going.flatMap(({ search, begin }) => rowsAsked(search, begin));
    const told = await (model.glance ? model.glance(rows) : model.next(rows));
    let begin = 0;
    const next: typeof going = [];
    for (const { search, prompt } of going) {
      const end = begin + search.rows.length;
      const step = search.step(told.slice(begin, end));
      for (const found of step.found) yield { ...found, prompt };
      if (step.next) next.push({ search: step.next, prompt, begin });
      begin = end;
    }
    going = next;
  }
}

/** What searches have found by now, where they can end. */
export function* endedNow(
  going: readonly { readonly search: Search; readonly prompt: number }[],
): Generator<FoundBy> {
  for (const { search, prompt } of going) {
    for (const found of search.ended?.() ?? []) yield { ...found, prompt };
  }
}
