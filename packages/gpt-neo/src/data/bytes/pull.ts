/** Bytes that come in chunks, taken in pieces of any size. */
export interface Pull {
  /** Bytes taken so far. */
  readonly offset: number;
  /**
   * The next `count` bytes, valid until the next call, or fewer where the source ends. Memory grows
   * with what is there, not with what is asked for.
   */
  take(count: number): Promise<Uint8Array>;
  /** Lets the source go. */
  close(): Promise<void>;
}

/**
 * Takes pieces of any size from chunks.
 *
 * @example
 * const bytes = pull(plainBytes(path));
 * const header = await bytes.take(12);
 */
export function pull(chunks: AsyncIterable<Uint8Array>): Pull {
  const source = chunks[Symbol.asyncIterator]();
  let chunk: Uint8Array = new Uint8Array(0);
  let at = 0;
  let offset = 0;

  /** False at the end. */
  const refill = async (): Promise<boolean> => {
    const next = await source.next();
    if (next.done) return false;
    chunk = next.value;
    at = 0;
    return true;
  };

  return {
    get offset() {
      return offset;
    },
    async take(count) {
      if (at === chunk.length && !(await refill())) return chunk.subarray(at);
      if (chunk.length - at >= count) {
        const piece = chunk.subarray(at, at + count);
        at += count;
        offset += count;
        return piece;
      }
      const pieces: Uint8Array[] = [];
      let have = 0;
      do {
        const piece = chunk.slice(at, at + count - have);
        at += piece.length;
        have += piece.length;
        pieces.push(piece);
      } while (have < count && (await refill()));
      offset += have;
      return joined(pieces, have);
    },
    async close() {
      await source.return?.();
    },
  };
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  if (pieces.length === 1) return pieces[0]!;
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
