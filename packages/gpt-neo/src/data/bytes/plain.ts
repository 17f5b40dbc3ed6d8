import { type FileHandle, open } from "node:fs/promises";
import { noSuchData } from "../bad-data.ts";
import { standardInput } from "../pipe.ts";
import { standardInputBytes } from "./standard-input.ts";

/** Large enough that the system's calls cost nothing, small enough to stay in a core's cache. */
const chunkBytes = 256 * 1024;

/**
 * The bytes of a file or of standard input, in order. A chunk holds until the next one is asked for.
 *
 * @throws MtfError `bad-file` with the system's reason
 * @example
 * for await (const chunk of plainBytes("a.txt")) size += chunk.length;
 */
export async function* plainBytes(path: string): AsyncGenerator<Uint8Array> {
  if (path === standardInput) return yield* standardInputBytes();
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const buffer = new Uint8Array(chunkBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, chunkBytes);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw noSuchData(path, error as NodeJS.ErrnoException);
  } finally {
    await file?.close();
  }
}
