import type { Format } from "./format.ts";

/** How data are read, where their names do not tell. */
export interface ReadingOptions {
  /** What files hold; by default the ends of their names tell. */
  readonly inputFormat?: Format;
  /** The key of the text in JSON; by default `text`, or `input_ids` for ids. */
  readonly textKey?: string;
  /** Memory that a `.zst` may ask for, in bytes; 128 MiB by default, 2 GiB at most. */
  readonly zstdWindow?: number;
}
