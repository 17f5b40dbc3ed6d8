import table from "gpt-tokenizer/bpeRanks/r50k_base";
import { decoderWith, decodeWith } from "./decode.ts";
import { mergeWord, type Ranks } from "./merge.ts";
import { splitWords } from "./split.ts";
import { endOfTextToken, type Tokenizer } from "./tokenizer.ts";

const endOfText = 50256;

/** The bytes of every id of GPT-2's vocabulary, without the end of text. */
export function gpt2Tokens(): readonly Uint8Array[] {
  const encoder = new TextEncoder();
  return table.map((token) =>
    typeof token === "string" ? encoder.encode(token) : Uint8Array.from(token),
  );
}

/** Words of a text repeat: as many are kept with their ids before the store starts afresh. */
const cacheSize = 100_000;

/**
 * GPT-2's byte-pair encoding. `<|endoftext|>` in a text is a text like any other.
 *
 * @example
 * gpt2Tokenizer().encode("Hello world"); // 15496, 995
 */
export function gpt2Tokenizer(): Tokenizer {
  const tokens = gpt2Tokens();
  const end = new TextEncoder().encode(endOfTextToken);
  const bytesOf = (id: number): Uint8Array | undefined => (id === endOfText ? end : tokens[id]);
  const ranks: Ranks = new Map(tokens.map((bytes, id) => [latin1(bytes), id]));
  const cache = new Map<string, readonly number[]>();

  const encodeWord = (word: string): readonly number[] => {
    const known = cache.get(word);
    if (known) return known;
    const ids = mergeWord(latin1(Buffer.from(word)), ranks);
    if (cache.size >= cacheSize) cache.clear();
    if (word.length <= 64) cache.set(word, ids);
    return ids;
  };

  return {
    name: "gpt2",
    vocabSize: 50257,
    endOfText,
    encode(text) {
      const ids: number[] = [];
      for (const word of splitWords(text)) for (const id of encodeWord(word)) ids.push(id);
      return Int32Array.from(ids);
    },
    decode: (ids) => decodeWith(bytesOf, ids),
    decoder: () => decoderWith(bytesOf),
  };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
