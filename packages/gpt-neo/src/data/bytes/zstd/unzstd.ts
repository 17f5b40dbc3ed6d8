import xxhash from "xxhash-wasm";
import { badData } from "../../bad-data.ts";
import type { BytesOptions } from "../options.ts";
import { type Pull, pull } from "../pull.ts";
import { Damage } from "./damage.ts";
import { decodeFrame, workspace } from "./frame.ts";
import { headerSize, readFrameHeader } from "./frame-header.ts";
import { checkWindow, usualWindow } from "./window.ts";

/** Made once: it is a module of WebAssembly. */
let hashing: ReturnType<typeof xxhash> | undefined;

const magic = 0xfd2fb528;
const skippable = 0x184d2a50;

/**
 * The bytes inside of a zstd file, of all its frames, in the memory of its window. A chunk holds
 * until the next one is asked for. Checksums are verified.
 *
 * @throws MtfError `bad-file` if it is cut, damaged, needs a larger window than is allowed, or other
 * bytes follow its frames
 * @example
 * for await (const chunk of unzstd("a.jsonl.zst", plainBytes("a.jsonl.zst"))) size += chunk.length;
 */
export async function* unzstd(
  file: string,
  packed: AsyncIterable<Uint8Array>,
  { zstdWindow = usualWindow }: BytesOptions = {},
): AsyncGenerator<Uint8Array> {
  hashing ??= xxhash();
  const { create64 } = await hashing;
  const space = workspace();
  const bytes = pull(packed);
  let start = 0;

  const take = async (count: number): Promise<Uint8Array> => {
    start = bytes.offset;
    const piece = await bytes.take(count);
    if (piece.length < count) {
      throw badData({ file, offset: start + piece.length }, "the zstd stream ends early");
    }
    return piece;
  };

  try {
    while (await atFrame(bytes, take, file)) {
      const descriptor = (await take(1))[0]!;
      const header = readFrameHeader(descriptor, await take(headerSize(descriptor)));
      checkWindow(header.window, zstdWindow);
      const frame = decodeFrame(header, space);
      const hash = header.hasChecksum ? create64() : undefined;
      let size = 0;
      for (let last = false; !last; ) {
        const block = uint(await take(3), 3);
        last = (block & 1) === 1;
        const kind = (block >> 1) & 3;
        if (kind === 3) throw new Damage("a block is of the reserved type");
        const blockSize = block >> 3;
        // Checked before a byte is read, so that a wrong length never asks for memory.
        if (blockSize > 128 * 1024) throw new Damage("a block is larger than allowed");
        const content = frame.block(kind, await take(kind === 1 ? 1 : blockSize), blockSize);
        size += content.length;
        if (header.contentSize !== undefined && size > header.contentSize) {
          throw new Damage("a frame is larger than its header says");
        }
        hash?.update(content);
        if (content.length > 0) yield content;
      }
      if (header.contentSize !== undefined && size !== header.contentSize) {
        throw new Damage("a frame is smaller than its header says");
      }
      if (hash) {
        const expected = uint(await take(4), 4);
        if (Number(hash.digest() & 0xffffffffn) !== expected) {
          throw new Damage("a frame's checksum is wrong");
        }
      }
    }
  } catch (error) {
    if (error instanceof Damage) {
      throw badData({ file, offset: start }, error.message, error.instead);
    }
    throw error;
  } finally {
    await bytes.close();
  }
}

/** Passes over skippable frames; false at the end of the file. */
async function atFrame(
  bytes: Pull,
  take: (count: number) => Promise<Uint8Array>,
  file: string,
): Promise<boolean> {
  for (;;) {
    const start = bytes.offset;
    const first = await bytes.take(4);
    if (first.length === 0 && start > 0) return false;
    const value = first.length < 4 ? 0 : uint(first, 4);
    if (value === magic) return true;
    if (value - (value % 16) !== skippable) {
      const reason = start === 0 ? "it is not a zstd file" : "bytes follow the last zstd frame";
      throw badData({ file, offset: start }, reason);
    }
    for (let left = uint(await take(4), 4); left > 0; ) {
      left -= (await take(Math.min(left, 128 * 1024))).length;
    }
  }
}

function uint(bytes: Uint8Array, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[i]!;
  return value;
}
