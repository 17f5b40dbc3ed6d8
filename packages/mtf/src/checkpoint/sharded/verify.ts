import { join } from "node:path";
import { filesIn } from "./files-in.ts";
import type { Index } from "./format.ts";
import { checkStored, openPart } from "./parts.ts";
import { readAll } from "./summed-bytes.ts";

/** What was found where all files of a checkpoint were as they should be. */
interface Verified {
  /** Of its files, without the index. */
  readonly bytes: number;
  /** Whether these were compared with checksums: those of the first version have none. */
  readonly compared: boolean;
}

/**
 * Reads all files of a checkpoint, to their last byte.
 *
 * @throws MtfError `bad-file` for the first that is missing, or not as it was written
 */
export async function verifyFiles(folder: string, index: Index): Promise<Verified> {
  let bytes = 0;
  for (const name of filesIn(index)) {
    const file = join(folder, name);
    const part = await openPart(file, index.files?.[name]);
    try {
      for (const [tensor, entry] of Object.entries(index.tensors)) {
        for (const one of entry.parts) if (one.file === name) checkStored(tensor, entry, one, part);
      }
    } finally {
      await part.close();
    }
    bytes += await readAll(file, index.files?.[name]);
  }
  return { bytes, compared: index.files !== undefined };
}
