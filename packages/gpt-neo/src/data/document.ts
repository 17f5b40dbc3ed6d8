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
};

/** Where something was read: a file, and its line where it has lines. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  /** In bytes. */
  readonly offset: number;
}
