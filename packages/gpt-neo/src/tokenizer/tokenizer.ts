/** Turns text into ids and back. */
export interface Tokenizer {
  readonly name: "bytes" | "gpt2" | "json";
  /** Ids are below it; the end-of-text id is one of them. */
  readonly vocabSize: number;
  /** The id that separates documents. No text is ever encoded to it, but it may be put around one. */
  readonly endOfText: number;
  /** What `encode` and `encoder` put before and behind the ids of every text; by default nothing. */
  readonly around?: { readonly before: readonly number[]; readonly after: readonly number[] };
  encode(text: string): Int32Array<ArrayBuffer>;
  /** Encodes a text in parts, where parts cut by `lastBorder` are not enough to be encoded alone. */
  encoder?(): StreamEncoder;
  /** The text of ids; what is no UTF-8 becomes U+FFFD, the end-of-text id `<|endoftext|>`. */
  decode(ids: Iterable<number>): string;
  /** Decodes id by id, holding back bytes until their character is whole. */
  decoder(): StreamDecoder;
}

/** Encodes a text that comes in parts, cut anywhere. */
export interface StreamEncoder {
  /** The ids that this part completes. */
  push(text: string): Int32Array<ArrayBuffer>;
  /** The ids of what was held back. */
  end(): Int32Array<ArrayBuffer>;
}

export interface StreamDecoder {
  /** The text that this id completes: none, or some characters. */
  push(id: number): string;
  /** What was held back, as U+FFFD. */
  end(): string;
}

/** How the end of a text is written where it is shown. */
export const endOfTextToken = "<|endoftext|>";
