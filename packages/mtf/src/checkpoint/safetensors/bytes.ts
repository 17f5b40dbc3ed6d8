import { MtfError } from "../../errors.ts";
import { fileStamp } from "../../fileStamp.ts";
import { badFile } from "./bad-file.ts";

/** Bytes that can be read at any place: a file, a Blob, a buffer. */
export interface ByteSource {
  /** What errors call it. */
  readonly name: string;
  readonly size: number;
  /** Of a file, what tells it from another that takes its place: devices read from one that has it. */
  readonly stamp?: string | undefined;
  /** Fills `into` with the bytes from `offset` on, all of them. */
  read(offset: number, into: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/**
 * A file on disk as a source of bytes.
 *
 * @throws MtfError `bad-file` if it cannot be opened, or ends while it is read; `closed` if it is read
 * after it was closed
 * @example
 * const source = await openBytes("model.ckpt.data-00000-of-00001");
 * await source.read(4096, new Uint8Array(16)); // the 16 bytes from byte 4096 on
 * await source.close();
 */
export async function openBytes(path: string): Promise<ByteSource> {
  const { open } = await import("node:fs/promises");
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    throw badFileSystem(path, error);
  });
  const stats = await file.stat();
  let closed = false;
  return {
    name: path,
    size: stats.size,
    stamp: fileStamp(stats),
    async read(offset, into) {
      if (closed) throw wasClosed(path);
      for (let done = 0; done < into.byteLength; ) {
        const rest = into.byteLength - done;
        const { bytesRead } = await file.read(into, done, rest, offset + done).catch((error) => {
          throw closed ? wasClosed(path) : badFileSystem(path, error);
        });
        if (bytesRead === 0) throw badFile(path, offset + done, "it became shorter while read");
        done += bytesRead;
      }
    },
    close: () => {
      closed = true;
      return file.close();
    },
  };
}

/**
 * Bytes in memory as a source.
 *
 * @example
 * const file = await openSafetensors(bytesInMemory("downloaded", bytes));
 */
export function bytesInMemory(name: string, bytes: Uint8Array): ByteSource {
  return {
    name,
    size: bytes.byteLength,
    async read(offset, into) {
      into.set(bytes.subarray(offset, offset + into.byteLength));
    },
    async close() {},
  };
}

/** The error of something that is read after it was closed. */
export function wasClosed(name: string): MtfError {
  return new MtfError("closed", `${name} was closed.`, {
    try: ["close it after its last use"],
  });
}

function badFileSystem(path: string, error: NodeJS.ErrnoException): MtfError {
  const reason =
    error.code === "ENOENT" ? "there is no such file" : (error.message ?? String(error));
  return new MtfError("bad-file", `${path} cannot be read: ${reason}.`, {
    evidence: [["file", path]],
    file: path,
    offset: 0,
    reason,
  });
}
