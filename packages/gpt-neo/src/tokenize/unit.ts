import type { DocumentPart } from "../data/document.ts";

/** Work that a thread does by itself: a piece of a file, and where it lies. */
export type Unit =
  | {
      readonly kind: "jsonl";
      readonly file: string;
      /** Whole lines. */
      readonly bytes: Uint8Array<ArrayBuffer>;
      /** The number of the first line, and the byte of the file it begins at. */
      readonly line: number;
      readonly offset: number;
    }
  | {
      readonly kind: "text";
      readonly text: string;
      /** Whether it goes on after a piece that came before. */
      readonly continues: boolean;
      readonly end: boolean;
    }
  | {
      readonly kind: "ids";
      readonly ids: Int32Array<ArrayBuffer>;
      readonly end: boolean;
      readonly joined: boolean;
      readonly from: DocumentPart["from"];
    };

/** Where reading goes on: the file, how much of it is behind, and how many lines. */
export interface Place {
  readonly file: number;
  /** Bytes of JSON lines, characters of text, parts of anything else. */
  readonly done: number;
  readonly line: number;
}

export const beginning: Place = { file: 0, done: 0, line: 1 };

/** What became of a unit: the ids of its documents one after the other, and how many each has. */
export interface Encoded {
  /** In 16 bits each where the vocabulary allows it: half as much to move and to collect. */
  readonly ids: Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  readonly lengths: Uint32Array<ArrayBuffer>;
  /** Whether the last document goes on in the next unit. */
  readonly open: boolean;
}
