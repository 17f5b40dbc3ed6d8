import type { TokenSource } from "./token-source.ts";

/** The ids `begin` … `end` − 1 of a stream. */
export interface Range {
  readonly begin: number;
  readonly end: number;
}

/** A stretch of a stream that samples are cut from. */
export interface Chunk extends Range {
  readonly source: TokenSource;
}

/** A MiB or two of a file. It does not depend on the context, so that this may change. */
const chunkIds = 1 << 20;

/**
 * Ranges of a stream in chunks of one size but for the last of each: known from lengths alone, so
 * nothing has to be read before the first is taken.
 */
export function chunksOf(
  source: TokenSource,
  ranges: readonly Range[],
  size: number = chunkIds,
): readonly Chunk[] {
  return ranges.flatMap(({ begin, end }) => {
    const count = Math.ceil((end - begin) / size);
    return Array.from({ length: count }, (_, i) => {
      const first = begin + i * size;
      return { source, begin: first, end: Math.min(end, first + size) };
    });
  });
}
