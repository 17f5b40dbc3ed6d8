import type { StreamEncoder } from "../tokenizer.ts";
import { putAround } from "./around.ts";
import { cutterFor } from "./cutter.ts";
import type { TokenizerFile } from "./file.ts";

/** How a text, or a part of one, is encoded. */
export interface EncodeOptions {
  /** Whether special tokens written out in the text become themselves; by default they are text. */
  readonly special?: boolean;
  /** Whether the text goes on after a part that was encoded before, which ended at a border. */
  readonly continues?: boolean;
}

/** What encodes the parts of a text by itself. */
export interface PartEncoder {
  readonly file: TokenizerFile;
  encodePart(text: string, options?: EncodeOptions): Int32Array<ArrayBuffer>;
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
  tokenizer: PartEncoder,
  { special = false }: Pick<EncodeOptions, "special"> = {},
): StreamEncoder {
  const cutter = cutterFor(tokenizer.file, special);
  let begun = false;
  let continues = false;
  const encode = (text: string, last: boolean): Int32Array<ArrayBuffer> => {
    const ids = tokenizer.encodePart(text, { special, continues });
    const whole = putAround(ids, tokenizer.file.around, { first: !begun, last });
    begun = !last;
    continues = begun && (continues || text !== "");
    return whole;
  };
  return {
    push(text) {
      const ready = cutter.push(text);
      return ready === "" ? new Int32Array(0) : encode(ready, false);
    },
    end: () => encode(cutter.end(), true),
  };
}
