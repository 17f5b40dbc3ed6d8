import { lastBorder } from "../split.ts";
import type { EncodeOptions, JsonTokenizer } from "./tokenizer.ts";

/** Encodes a text that comes in parts. */
export interface StreamEncoder {
  /** The ids that this part completes. */
  push(text: string): Int32Array<ArrayBuffer>;
  /** The ids of what was held back. */
  end(): Int32Array<ArrayBuffer>;
}

/**
 * Encodes a text in parts, cut anywhere: the ids are those of the whole. What may still belong to a
 * longer word or to an added token is held back.
 *
 * @example
 * const encoder = streamEncoder(tokenizer);
 * for (const part of parts) ids.push(...encoder.push(part));
 * ids.push(...encoder.end());
 */
export function streamEncoder(
  tokenizer: JsonTokenizer,
  { special = false }: Pick<EncodeOptions, "special"> = {},
): StreamEncoder {
  const added = tokenizer.file.added.filter((token) => special || !token.special);
  const longest = added.reduce((most, { content }) => Math.max(most, content.length), 0);
  // Normal forms change how long a token is in the text; none makes it eighteen times longer.
  const reach = added.some((token) => token.normalized) ? longest * 18 : longest;
  // A border lies before white space: only tokens with some inside or around can go across it.
  const across = added.filter(
    ({ content, lstrip, rstrip }) => lstrip || rstrip || /\S\s/u.test(content),
  );
  const found = across.map(({ content }) => content);
  let held = "";
  let continues = false;

  const encode = (text: string): Int32Array<ArrayBuffer> => {
    const ids = tokenizer.encode(text, { special, continues });
    continues ||= text !== "";
    return ids;
  };

  return {
    push(text) {
      held += text;
      const cut = safeCut(held, found, across.length > 0 ? reach : 0);
      if (cut === 0) return new Int32Array(0);
      const ready = held.slice(0, cut);
      held = held.slice(cut);
      return encode(ready);
    },
    end() {
      const ids = encode(held);
      held = "";
      continues = false;
      return ids;
    },
  };
}

/** The last border that no added token, nor the white space it takes with it, can go across. */
function safeCut(text: string, contents: readonly string[], reach: number): number {
  let cut = lastBorder(text);
  while (cut > 0 && reach > 0) {
    const near = text.slice(Math.max(0, cut - reach), cut + reach);
    // One that is there, whole, near the border; or the border is so near the end that one may come.
    if (cut + reach <= text.length && !contents.some((content) => near.includes(content))) break;
    cut = lastBorder(text.slice(0, Math.max(0, cut - 1)));
  }
  return cut;
}
