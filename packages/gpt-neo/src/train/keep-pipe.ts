import { dirname } from "node:path";
import { writeAtomically } from "mtf/files";
import { bytesOf } from "../data/bytes/index.ts";
import type { ReadingOptions } from "../data/reading-options.ts";
import { makeFolder } from "../make-folder.ts";

export interface KeepOptions extends Pick<ReadingOptions, "zstdWindow"> {
  /** Ends the reading by its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes what comes through a pipe into a file, unpacked.
 *
 * @returns how many bytes they are
 * @throws MtfError `bad-file` if it cannot be read, or not be written; the signal's reason
 */
export async function keepPipe(
  pipe: string,
  file: string,
  { signal, zstdWindow }: KeepOptions,
): Promise<number> {
  let bytes = 0;
  await makeFolder(dirname(file));
  await writeAtomically(file, async (target) => {
    for await (const chunk of bytesOf(pipe, { zstdWindow })) {
      signal?.throwIfAborted();
      await target.write(chunk);
      bytes += chunk.length;
    }
  });
  return bytes;
}
