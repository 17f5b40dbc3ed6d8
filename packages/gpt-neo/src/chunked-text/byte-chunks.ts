/** Bytes of a file, by its number. */
export interface ByteRange {
  readonly file: number;
  readonly begin: number;
  readonly end: number;
}

/** Files, one after the other, in chunks of as many bytes each but for the last one. */
export interface ByteChunks {
  readonly bytes: number;
  readonly count: number;
  /** What lies in a chunk; an empty file in none. */
  ranges(chunk: number): readonly ByteRange[];
}

/**
 * Cuts files into chunks that their sizes alone decide. A small file shares one with its neighbours.
 *
 * @example
 * byteChunks([5, 4], 6).ranges(0); // [{ file: 0, begin: 0, end: 5 }, { file: 1, begin: 0, end: 1 }]
 */
export function byteChunks(sizes: readonly number[], size: number): ByteChunks {
  const starts: number[] = [];
  let bytes = 0;
  for (const one of sizes) {
    starts.push(bytes);
    bytes += one;
  }
  /** The file that a byte lies in; of those that begin there, the one that is not empty. */
  const fileAt = (byte: number): number => {
    let [low, high] = [0, sizes.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (starts[middle]! <= byte) low = middle;
      else high = middle;
    }
    return low;
  };
  return {
    bytes,
    count: Math.ceil(bytes / size),
    ranges(chunk) {
      const [first, last] = [chunk * size, Math.min(bytes, (chunk + 1) * size)];
      const found: ByteRange[] = [];
      for (let file = fileAt(first); file < sizes.length && starts[file]! < last; file++) {
        const begin = Math.max(0, first - starts[file]!);
        const end = Math.min(sizes[file]!, last - starts[file]!);
        if (begin < end) found.push({ file, begin, end });
      }
      return found;
    },
  };
}
