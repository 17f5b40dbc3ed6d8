import { open, stat } from "node:fs/promises";
import { fileStamp } from "../../fileStamp.ts";
import type { OpenFile } from "./openFile.ts";

export type { OpenFile } from "./openFile.ts";

/** Opens a file of the origin's, which a page can only wait for. */
export async function openFile(path: string): Promise<OpenFile> {
  const stats = await stat(path);
  if (!stats.isFile()) throw new Error("it is no regular file");
  const file = await open(path);
  return {
    size: stats.size,
    stamp: fileStamp(stats),
    atOnce: false,
    async read(into, position) {
      return (await file.read(into, 0, into.length, position)).bytesRead;
    },
    close: () => file.close(),
  };
}
