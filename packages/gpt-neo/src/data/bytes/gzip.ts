import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { badData } from "../bad-data.ts";
import { plainBytes } from "./plain.ts";

/**
 * The bytes inside of a gzip file, of all its members.
 *
 * @throws MtfError `bad-file` if it is cut, its checksum is wrong, or other bytes follow it
 */
export async function* gzipBytes(path: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  let size = 0;
  // The decompressor keeps what it is given for a while, so each chunk has to be its own.
  const source = Readable.from(copies(plainBytes(path), (bytes) => (size += bytes)));
  source.on("error", (error) => gunzip.destroy(error));
  source.pipe(gunzip);
  try {
    for await (const chunk of gunzip) yield chunk as Uint8Array;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code?.startsWith("Z_")) throw error;
    throw badData({ file: path, offset: gunzip.bytesWritten }, reasonOf(message));
  } finally {
    source.destroy();
    gunzip.destroy();
  }
  if (size === 0)
    throw badData({ file: path, offset: 0 }, "it is empty, without so much as a gzip header");
  // zlib stops silently at a zero after a member: padding may be there, nothing else.
  if (gunzip.bytesWritten < size) await onlyZeros(path, gunzip.bytesWritten);
}

async function* copies(
  chunks: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    count(chunk.length);
    yield chunk.slice();
  }
}

async function onlyZeros(path: string, start: number): Promise<void> {
  let offset = start;
  for await (const chunk of plainBytes(path, start)) {
    const at = chunk.findIndex((byte) => byte !== 0);
    if (at >= 0)
      throw badData({ file: path, offset: offset + at }, "bytes follow the last gzip member");
    offset += chunk.length;
  }
}

function reasonOf(message: string): string {
  return message === "unexpected end of file" ? "the gzip stream ends early" : `gzip: ${message}`;
}
