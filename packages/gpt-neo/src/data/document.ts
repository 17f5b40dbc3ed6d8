/**
 * A part of a document, as readers give it: documents may be larger than memory, so they come in
 * parts, and parts of text are cut where no tokenizer's word goes across.
 */
export type DocumentPart = (
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "ids"; readonly ids: Int32Array<ArrayBuffer> }
) & {
  /** Whether it is the document's last part. */
  readonly end: boolean;
  readonly from: Place;
  /** The part of a collection that the document is of, as the Pile's files name it. */
  readonly subset?: string;
  /**
   * A piece of a stream of ids that has its ends of text already: nothing belongs between it and
   * the next.
   */
  readonly joined?: true;
};

/** Where something was read: a file, and its line where it has lines. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  /** In bytes. */
  readonly offset: number;
}
