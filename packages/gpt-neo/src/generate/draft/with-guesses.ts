import type { NextLogits, TailedRow } from "../next-logits.ts";
import type { Found, Search } from "../search/search.ts";
import { type EndedBy, endedNow, type FoundBy } from "../search/together.ts";
import type { Guess } from "./guess.ts";

/** A text that is looked for by itself, in one row. */
export interface OneText {
  readonly prompt: number;
  readonly search: Search;
}

/**
 * What searches find that are told several ids ahead (Leviathan et al., 2023; Chen et al., 2023). The
 * model computes what follows a text and each of its guessed ids at once, and the search goes on for as
 * long as it finds what was guessed. Whether a guess is taken is for the search alone to say, by the model's
 * logits: so it finds the ids that it finds without guesses. As it draws with the same random numbers by
 * the draft's logits as by the model's, both often draw the same (Daliri et al., 2025).
 *
 * @param model knows how rows began
 */
export async function* withGuesses(
  texts: readonly OneText[],
  model: Pick<NextLogits<TailedRow>, "next">,
  guess: Guess,
  { signal, enough }: EndedBy = {},
): AsyncGenerator<FoundBy> {
  let going = texts.map((text) => ({ ...text, guessed: [] as readonly number[] }));
  while (going.length > 0) {
    signal?.throwIfAborted();
    if (enough?.aborted) {
      yield* endedNow(going);
      return;
    }
    const logits = await told(going, model);
    const next: OneText[] = [];
    for (const [i, { prompt, search, guessed }] of going.entries()) {
      const { found, goesOn } = followed(search, logits[i]!, guessed);
      for (const one of found) yield { ...one, prompt };
      if (goesOn) next.push({ prompt, search: goesOn });
    }
    const guesses = await guess(
      next.map(({ search }) => search),
      signal,
    );
    going = next.map((text, i) => ({ ...text, guessed: guesses[i]! }));
  }
}

/** Logits of what follows each text, and each id that was guessed. Texts that begin alike begin with one row. */
async function told(
  texts: readonly (OneText & { readonly guessed: readonly number[] })[],
  model: Pick<NextLogits<TailedRow>, "next">,
): Promise<readonly Float32Array[]> {
  const rows = new Map<readonly number[], TailedRow>();
  for (const { search, guessed } of texts) {
    const { ids } = search.rows[0]!;
    rows.set(ids, { ids: [...ids, ...guessed], tail: 1 + guessed.length });
  }
  const found = await model.next([...rows.values()]);
  const places = new Map([...rows.keys()].map((ids, place) => [ids, place]));
  return texts.map(({ search }) => found[places.get(search.rows[0]!.ids)!]!);
}

/** Lets a search go on for as long as it finds what was guessed. */
function followed(
  search: Search,
  logits: Float32Array,
  guessed: readonly number[],
): { readonly found: readonly Found[]; readonly goesOn: Search | undefined } {
  const vocabulary = logits.length / (1 + guessed.length);
  const found: Found[] = [];
  let goesOn: Search | undefined = search;
  for (const [i, id] of [undefined, ...guessed].entries()) {
    if (id !== undefined && goesOn.rows[0]!.ids.at(-1) !== id) break;
    const step = goesOn.step([logits.subarray(i * vocabulary, (i + 1) * vocabulary)]);
    found.push(...step.found);
    goesOn = step.next;
    if (!goesOn) break;
  }
  return { found, goesOn };
}
