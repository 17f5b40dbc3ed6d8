import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { badData } from "../bad-data.ts";

/**
 * The bytes inside of a gzip file, of all its members.
 *
 * @param file what errors call it
 * @throws MtfError `bad-file` if it is cut, its checksum is wrong, or other bytes follow it
 */
export async function* gunzip(
  file: string,
  packed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const inner = createGunzip({ chunkSize: 256 * 1024 });
  const taken = { size: 0, solid: 0 };
  const source = Readable.from(copies(packed, taken));
  source.on("error", (error) => inner.destroy(error));
  source.pipe(inner);
  try {
    for await (const { buffer, byteOffset, length } of inner as AsyncIterable<Uint8Array>) {
      // A Buffer's slices are no copies, as those of other bytes are.
      yield new Uint8Array(buffer, byteOffset, length);
    }
    // zlib stops silently at a zero after a member: padding may be there, nothing else.
    if (!source.readableEnded) for await (const _ of source.unpipe(inner));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith("Z_")) throw error;
    throw badData({ file, offset: inner.bytesWritten }, reasonOf(message));
  } finally {
    source.destroy();
    inner.destroy();
  }
  if (taken.size === 0) {
    throw badData({ file, offset: 0 }, "it is empty, without so much as a gzip header");
  }
  const end = inner.bytesWritten;
  if (end < taken.solid) throw badData({ file, offset: end }, "bytes follow the last gzip member");
}

/** What decompresses keeps what it is given for a while, so each chunk has to be its own. */
async function* copies(
  chunks: AsyncIterable<Uint8Array>,
  /** Bytes so far, and how many there are up to the last that is not zero. */
  taken: { size: number; solid: number },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    const last = chunk.findLastIndex((byte) => byte !== 0);
    if (last >= 0) taken.solid = taken.size + last + 1;
    taken.size += chunk.length;
    yield Uint8Array.from(chunk);
  }
}

function reasonOf(message: string): string {
  return message === "unexpected end of file" ? "the gzip stream ends early" : `gzip: ${message}`;
}
