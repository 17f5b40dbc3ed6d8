import { endOfTextToken } from "./tokenizer.ts";

/**
 * A byte-level byte-pair encoding as a `tokenizer.json` that Hugging Face reads.
 *
 * @param tokens by id
 * @param options.endOfText the id of the end of text
 * @param options.pattern whether GPT-2's pattern cuts text up before it is merged
 */
export function byteLevelFile(
  tokens: readonly string[],
  merges: readonly (readonly string[])[],
  options: { readonly endOfText: number; readonly pattern: boolean },
): object {
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [{ id: options.endOfText, content: endOfTextToken, ...flags, special: true }],
    normalizer: null,
    pre_tokenizer: { ...byteLevel, use_regex: options.pattern },
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
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}
