import type { ByteSource } from "mtf/files";

/**
 * Reads pieces of a file, a block of which is in memory: what lies behind each other costs one read
 * for many. A piece holds until the next one is asked for, and begins where numbers of `width` bytes
 * may.
 */
export function window(
  source: ByteSource,
  width: number,
  blockBytes: number,
): (offset: number, count: number) => Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(blockBytes);
  let block = buffer.subarray(0, 0);
  let first = 0;
  return async (offset, count) => {
    const at = offset - first;
    if (at >= 0 && at + count <= block.length && at % width === 0) {
      return block.subarray(at, at + count);
    }
    if (count > blockBytes) {
      const piece = new Uint8Array(count);
      await source.read(offset, piece);
      return piece;
    }
    // Until it is read it holds nothing: a failed read must not be taken for the bytes before it.
    block = buffer.subarray(0, 0);
    const whole = buffer.subarray(0, Math.min(blockBytes, source.size - offset));
    await source.read(offset, whole);
    [block, first] = [whole, offset];
    return block.subarray(0, count);
  };
}
