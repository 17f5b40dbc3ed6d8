/** How packed bytes begin. */
const magics = [
  { packed: ".gz", magic: [0x1f, 0x8b] },
  { packed: ".zst", magic: [0x28, 0xb5, 0x2f, 0xfd] },
] as const;

/** Bytes with what their first ones say about how they are packed. */
export interface Sniffed {
  readonly packed: ".gz" | ".zst" | undefined;
  /** All of them, those that were looked at, too. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/**
 * Tells how bytes are packed that have no name to tell it. No UTF-8 begins so, and of other formats
 * next to nothing.
 */
export async function sniff(chunks: AsyncIterable<Uint8Array>): Promise<Sniffed> {
  const source = chunks[Symbol.asyncIterator]();
  const heads: Uint8Array[] = [];
  for (let size = 0; size < 4; size += heads.at(-1)!.length) {
    const next = await source.next();
    if (next.done) break;
    heads.push(next.value.slice());
  }
  const head = Buffer.concat(heads);
  const found = magics.find(({ magic }) => magic.every((byte, at) => head[at] === byte));
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* heads;
      for (;;) {
        const next = await source.next();
        if (next.done) return;
        yield next.value;
      }
    } finally {
      await source.return?.();
    }
  }
  return { packed: found?.packed, bytes: all() };
}
