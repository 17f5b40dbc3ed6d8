import { lastBorder } from "../split.ts";
import type { StreamEncoder } from "../tokenizer.ts";
import type { TokenizerFile } from "./file.ts";
import type { EncodeOptions, JsonTokenizer } from "./tokenizer.ts";

/** Cuts a text that comes in parts where its pieces can be encoded one by one. */
export interface Cutter {
  /** As much as is sure to end at a border; the rest is held back. */
  push(text: string): string;
  end(): string;
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
  const cutter = cutterFor(tokenizer.file, special);
  let continues = false;
  const encode = (text: string): Int32Array<ArrayBuffer> => {
    const ids = tokenizer.encode(text, { special, continues });
    continues ||= text !== "";
    return ids;
  };
  return {
    push(text) {
      const ready = cutter.push(text);
      return ready === "" ? new Int32Array(0) : encode(ready);
    },
    end() {
      const ids = encode(cutter.end());
      continues = false;
      return ids;
    },
  };
}

/** The cutter for a tokenizer's added tokens. */
export function cutterFor(file: TokenizerFile, special: boolean): Cutter {
  const added = file.added.filter((token) => special || !token.special);
  // A border lies before white space: only tokens with some inside or around can go across it.
  const across = added.filter(
    ({ content, lstrip, rstrip }) => lstrip || rstrip || /\S\s/u.test(content),
  );
  const longest = across.reduce((most, { content }) => Math.max(most, content.length), 0);
  // Normal forms change how long a token is in the text; none makes it eighteen times longer.
  const reach = across.some((token) => token.normalized) ? longest * 18 : longest;
  const contents = across.map(({ content }) => content);
  let held = "";
  return {
    push(text) {
      const searched = reach > 0 ? 0 : Math.max(0, held.length - 2);
      held += text;
      const cut = safeCut(held, contents, reach, searched);
      const ready = held.slice(0, cut);
      held = held.slice(cut);
      return ready;
    },
    end() {
      const rest = held;
      held = "";
      return rest;
    },
  };
}

/** The last border that no added token, nor the white space it takes with it, can go across. */
function safeCut(
  text: string,
  contents: readonly string[],
  reach: number,
  searched: number,
): number {
  let cut = lastBorder(text, searched);
  while (cut > 0 && reach > 0) {
    const near = text.slice(Math.max(0, cut - reach), cut + reach);
    // One that is there, whole, near the border; or the border is so near the end that one may come.
    if (cut + reach <= text.length && !contents.some((content) => near.includes(content))) break;
    cut = lastBorder(text.slice(0, Math.max(0, cut - 1)));
  }
  return cut;
}
