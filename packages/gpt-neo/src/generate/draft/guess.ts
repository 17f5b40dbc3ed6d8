import type { NextLogits, Row } from "../next-logits.ts";
import type { Search } from "../search/search.ts";
import type { Draft } from "./draft.ts";

/** Guesses what searches of one row each find next: ids of each, or none where it cannot tell. */
export type Guess = (
  searches: readonly Search[],
  signal?: AbortSignal,
) => Promise<readonly (readonly number[])[]>;

/** What a guess is made with. */
export interface Guessing {
  /** What the draft says, which knows how rows began. */
  readonly logits: Pick<NextLogits, "next">;
  readonly draft: Seeing;
  readonly model: Seeing;
  /** Ids guessed at most. */
  readonly most: number;
}

type Seeing = Pick<Draft, "config" | "context">;

/** How far the guess for one search has come. */
interface Guessed {
  /** What the draft was asked last; none where it cannot follow the text. */
  readonly row: Row | undefined;
  /** The search as it would go on; none where the guess ends. */
  readonly search: Search | undefined;
  readonly ids: readonly number[];
}

/**
 * Guesses by letting the searches themselves go on with the draft's logits in place of the model's: what
 * they do to scores and how they choose, by what random numbers, is the same as it will be.
 */
export function guessBy({ logits, draft, model, most }: Guessing): Guess {
  // Beyond what one of them sees, each id would be a pass over all of that.
  const longest = Math.min(draft.context, model.context - 1);
  const follows = ({ ids }: Row): boolean =>
    ids.length <= longest && ids.every((id) => id < draft.config.vocab_size);
  const begun = (search: Search): Guessed => {
    const [row] = search.rows;
    return follows(row!)
      ? { row, search, ids: [] }
      : { row: undefined, search: undefined, ids: [] };
  };
  const grown = (guessed: Guessed, found: Float32Array): Guessed => {
    const next = guessed.search?.step([fitted(found, model.config.vocab_size)]).next;
    const row = next?.rows[0];
    if (!row) return { ...guessed, search: undefined };
    const ids = [...guessed.ids, row.ids.at(-1)!];
    return follows(row) ? { row, search: next, ids } : { ...guessed, search: undefined, ids };
  };
  return async (searches, signal) => {
    let guesses = searches.map(begun);
    for (let i = 0; i < most && guesses.some(({ search }) => search); i++) {
      signal?.throwIfAborted();
      // Texts that have ended are asked for again, so that they are kept for the next guess.
      const rows = guesses.flatMap(({ row }) => (row ? [{ ids: row.ids }] : []));
      const found = await logits.next(rows);
      let at = 0;
      guesses = guesses.map((guessed) => (guessed.row ? grown(guessed, found[at++]!) : guessed));
    }
    return guesses.map(({ ids }) => ids);
  };
}

/** Logits of as many ids as the model has: vocabularies of the same tokens are filled up to different sizes. */
function fitted(logits: Float32Array, vocabulary: number): Float32Array {
  if (logits.length >= vocabulary) return logits.subarray(0, vocabulary);
  const all = new Float32Array(vocabulary).fill(Number.NEGATIVE_INFINITY);
  all.set(logits);
  return all;
}
