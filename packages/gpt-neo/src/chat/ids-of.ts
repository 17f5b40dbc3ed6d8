import { type Tokenizer, withSpecial } from "../tokenizer/index.ts";

/**
 * The ids of a chat as its template wrote it. A template writes all special tokens itself: what the
 * tokenizer puts around a text is left out.
 */
export function idsOfChat(text: string, tokenizer: Tokenizer): readonly number[] {
  const ids = withSpecial(tokenizer).encode(text);
  const { before, after } = tokenizer.around ?? { before: [], after: [] };
  return [...ids.subarray(before.length, ids.length - after.length)];
}
