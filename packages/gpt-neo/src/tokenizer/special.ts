import { streamEncoder } from "./json/stream.ts";
import type { JsonTokenizer } from "./json/tokenizer.ts";
import { endOfTextToken, type Tokenizer } from "./tokenizer.ts";

/**
 * The same tokenizer, but special tokens that are written out in a text become themselves. By
 * default they never do: a text from anywhere could end its document.
 *
 * @example
 * withSpecial(tokenizerNamed("gpt2")).encode("a<|endoftext|>"); // 64, 50256
 */
export function withSpecial(tokenizer: Tokenizer): Tokenizer {
  if (tokenizer.name === "json") {
    const json = tokenizer as JsonTokenizer;
    const special: JsonTokenizer = {
      ...json,
      encode: (text, options) => json.encode(text, { ...options, special: true }),
      encodePart: (text, options) => json.encodePart(text, { ...options, special: true }),
      encoder: () => streamEncoder(json, { special: true }),
    };
    return special;
  }
  return {
    ...tokenizer,
    encode(text) {
      const ids: number[] = [];
      for (const [i, part] of text.split(endOfTextToken).entries()) {
        if (i > 0) ids.push(tokenizer.endOfText);
        for (const id of tokenizer.encode(part)) ids.push(id);
      }
      return Int32Array.from(ids);
    },
  };
}
