import { endOfTextToken } from "./tokenizer.ts";

/** How a byte-level encoding cuts text up, and where its documents end. */
export interface ByteLevelOptions {
  /** The id of the end of text, which becomes an added token. */
  readonly endOfText?: number;
  /** Whether GPT-2's pattern cuts text up before it is merged. */
  readonly pattern: boolean;
  /** Whether a text begins with a space, written or not. */
  readonly prefixSpace?: boolean;
}

/**
 * A byte-level byte-pair encoding as a `tokenizer.json` that Hugging Face reads.
 *
 * @param vocab tokens with their ids
 * @param merges pairs of tokens, the first joined first
 */
export function byteLevelFile(
  vocab: Readonly<Record<string, unknown>>,
  merges: readonly unknown[],
  { endOfText, pattern, prefixSpace = false }: ByteLevelOptions,
): Record<string, unknown> {
  const byteLevel = { type: "ByteLevel", add_prefix_space: prefixSpace, trim_offsets: true };
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens:
      endOfText === undefined
        ? []
        : [{ id: endOfText, content: endOfTextToken, ...flags, special: true }],
    normalizer: null,
    pre_tokenizer: { ...byteLevel, use_regex: pattern },
    post_processor: null,
    decoder: { ...byteLevel, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab,
      merges,
    },
  };
}

/** The ids of tokens that are listed by id. */
export function idsOfTokens(tokens: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(tokens.map((token, id) => [token, id]));
}
