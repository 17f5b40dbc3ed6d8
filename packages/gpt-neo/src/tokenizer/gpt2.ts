import table from "gpt-tokenizer/bpeRanks/r50k_base";
import { decoderWith, decodeWith } from "./decode.ts";
import { mergeWord, type Ranks } from "./merge.ts";
import { piecesOf, splitWords } from "./split.ts";
import { endOfTextToken, type Tokenizer } from "./tokenizer.ts";
import { rememberWords } from "./words.ts";

const endOfText = 50256;

const encoder = new TextEncoder();

function bytesOfToken(token: (typeof table)[number]): Uint8Array {
  return typeof token === "string" ? encoder.encode(token) : Uint8Array.from(token);
}

/** The bytes of every id of GPT-2's vocabulary, without the end of text. */
export function gpt2Tokens(): readonly Uint8Array[] {
  return table.map(bytesOfToken);
}

/** Made once a process, and not before a text is encoded: it takes a while. */
let ranks: Ranks | undefined;

function gpt2Ranks(): Ranks {
  const made = new Map<string, number>();
  for (const [id, token] of table.entries()) {
    const ascii = typeof token === "string" && /^[\0-\x7f]*$/.test(token);
    made.set(ascii ? token : latin1(bytesOfToken(token)), id);
  }
  return made;
}

/**
 * GPT-2's byte-pair encoding. `<|endoftext|>` in a text is a text like any other.
 *
 * @example
 * gpt2Tokenizer().encode("Hello world"); // 15496, 995
 */
export function gpt2Tokenizer(): Tokenizer {
  const bytesOf = (id: number): Uint8Array | undefined => {
    const token = id === endOfText ? endOfTextToken : table[id];
    return token === undefined ? undefined : bytesOfToken(token);
  };
  const append = rememberWords((word) => {
    ranks ??= gpt2Ranks();
    return mergeWord(latin1(Buffer.from(word)), ranks);
  });

  return {
    name: "gpt2",
    vocabSize: 50257,
    endOfText,
    encode(text) {
      const ids: number[] = [];
      for (const piece of piecesOf(text)) {
        for (const word of splitWords(piece)) append(word, ids);
      }
      return new Int32Array(ids);
    },
    decode: (ids) => decodeWith(bytesOf, ids),
    decoder: () => decoderWith(bytesOf),
  };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
