import { createReadStream } from "node:fs";
import { badData } from "./bad-data.ts";

/** The bytes of a file, piece by piece. Errors of the file system name the file. */
export async function* chunksOf(file: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 18 })) {
      yield chunk as Uint8Array<ArrayBuffer>;
    }
  } catch (error) {
    const { code, message, syscall } = error as NodeJS.ErrnoException;
    if (syscall === undefined) throw error;
    const reason = code === "ENOENT" ? "there is no such file" : message;
    throw badData({ file, offset: 0 }, reason);
  }
}
