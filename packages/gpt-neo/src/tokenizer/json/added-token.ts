import type { Checks } from "./checks.ts";

/** A token that is looked for in the text before it is cut into words. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly singleWord: boolean;
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Looked for after the text was normalised. */
  readonly normalized: boolean;
  readonly special: boolean;
}

/** An added token before it has an id. */
export type NewToken = Omit<AddedToken, "id">;

/** An added token as files write it. */
export function readAddedToken(value: unknown, path: string, checks: Checks): NewToken {
  const token = checks.object(value, path);
  const content = checks.string(token.content, `${path}.content`);
  if (content === "") checks.refuse(`${path}.content`, "is empty");
  const is = (key: string, other: boolean): boolean => (token[key] ?? other) === true;
  const special = is("special", false);
  return {
    content,
    singleWord: is("single_word", false),
    lstrip: is("lstrip", false),
    rstrip: is("rstrip", false),
    normalized: is("normalized", !special),
    special,
  };
}

/**
 * Added tokens with their ids, as Hugging Face's library gives them out, whatever ids a file writes:
 * one that is in the vocabulary has its id there, every other the next behind the vocabulary. Of two
 * with the same content the first one counts.
 *
 * @example
 * numbered([{ content: "<pad>", … }], new Map([["a", 0]])); // <pad> is 1
 */
export function numbered(
  tokens: Iterable<NewToken>,
  vocabulary: ReadonlyMap<string, number>,
): readonly AddedToken[] {
  const byContent = new Map<string, AddedToken>();
  let next = vocabulary.size;
  for (const token of tokens) {
    if (byContent.has(token.content)) continue;
    const id = vocabulary.get(token.content) ?? next;
    // An id of a vocabulary with gaps may lie behind it, too.
    next = Math.max(next, id + 1);
    byContent.set(token.content, { ...token, id });
  }
  return [...byContent.values()];
}
