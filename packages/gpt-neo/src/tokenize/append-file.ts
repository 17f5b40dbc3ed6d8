import { open } from "node:fs/promises";
import { cannotWrite } from "mtf/files";
import { badData } from "../data/bad-data.ts";

/** A file that grows, and can be cut back to what was saved. */
export interface AppendFile {
  readonly size: number;
  append(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Small writes are gathered to this size. */
const bufferBytes = 1 << 18;

/** Opens a file to append to after its first `size` bytes; the rest is forgotten. */
export async function appendFile(path: string, size: number): Promise<AppendFile> {
  const failed = (error: unknown): never => {
    throw cannotWrite(path, error);
  };
  let done = size;
  const file = await open(path, size === 0 ? "w" : "r+").catch(failed);
  try {
    if ((await file.stat()).size < size)
      throw badData({ file: path, offset: size }, "it is shorter than what was saved");
    await file.truncate(size);
  } catch (error) {
    await file.close();
    return failed(error);
  }
  const buffer = new Uint8Array(bufferBytes);
  let held = 0;
  const write = async (bytes: Uint8Array): Promise<void> => {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await file.write(bytes, at, bytes.length - at, done).catch(failed);
      at += bytesWritten;
      done += bytesWritten;
    }
  };
  const flush = async (): Promise<void> => {
    const ready = buffer.subarray(0, held);
    held = 0;
    await write(ready);
  };
  return {
    get size() {
      return done + held;
    },
    async append(bytes) {
      if (held + bytes.length > bufferBytes) await flush();
      if (bytes.length > bufferBytes) return write(bytes);
      buffer.set(bytes, held);
      held += bytes.length;
    },
    async sync() {
      await flush();
      await file.datasync().catch(failed);
    },
    close: () => file.close(),
  };
}
