/** Turns text into ids and back. */
export interface Tokenizer {
  readonly name: "bytes" | "gpt2";
  /** Ids are below it; the end-of-text id is one of them. */
  readonly vocabSize: number;
  /** The id that separates documents. No text is ever encoded to it. */
  readonly endOfText: number;
  encode(text: string): Int32Array<ArrayBuffer>;
  /** The text of ids; what is no UTF-8 becomes U+FFFD, the end-of-text id `<|endoftext|>`. */
  decode(ids: Iterable<number>): string;
  /** Decodes id by id, holding back bytes until their character is whole. */
  decoder(): StreamDecoder;
}

export interface StreamDecoder {
  /** The text that this id completes: none, or some characters. */
  push(id: number): string;
  /** What was held back, as U+FFFD. */
  end(): string;
}

/** How the end of a text is written where it is shown. */
export const endOfTextToken = "<|endoftext|>";
