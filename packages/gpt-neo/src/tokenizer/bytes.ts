import { letGo } from "../let-go.ts";
import { decoderWith, decodeWith } from "./decode.ts";
import { endOfTextToken, type Tokenizer } from "./tokenizer.ts";

const single = Uint8Array.from({ length: 256 }, (_, byte) => byte);
const end = new TextEncoder().encode(endOfTextToken);

const bytesOf = (id: number): Uint8Array | undefined =>
  id === 256 ? end : id >= 0 && id < 256 ? single.subarray(id, id + 1) : undefined;

/**
 * A byte is an id, and 256 ends a text: the smallest vocabulary that writes every text, with an
 * end that no text contains.
 */
export const bytesTokenizer: Tokenizer = {
  name: "bytes",
  vocabSize: 257,
  endOfText: 256,
  encode(text) {
    const bytes = new TextEncoder().encode(text);
    const ids = new Int32Array(bytes);
    letGo(bytes);
    return ids;
  },
  decode: (ids) => decodeWith(bytesOf, ids),
  decoder: () => decoderWith(bytesOf),
};
