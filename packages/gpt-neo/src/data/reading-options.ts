import type { Format } from "./format.ts";

/** How data are read, where their names do not tell. */
export interface ReadingOptions {
  readonly inputFormat?: Format;
  readonly textKey?: string;
  /** In bytes. */
  readonly zstdWindow?: number;
}
