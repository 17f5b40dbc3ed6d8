import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { cannotWrite, draftOf } from "mtf/files";
import { makeFolder } from "../make-folder.ts";

/**
 * Checks that a run's checkpoints can be written before it takes steps that would be lost: makes their
 * folder, and a file in it that goes again.
 *
 * @param out the run's folder
 * @throws MtfError `bad-file` if something else is in its place, or nothing can be written there
 */
export async function checkCanSave(out: string): Promise<void> {
  const folder = join(out, "checkpoints");
  await makeFolder(folder);
  const draft = draftOf(join(folder, "step"));
  try {
    await (await open(draft, "wx")).close();
    // By now it may be gone: one process of a run clears up what others have left before, and beside them.
    await rm(draft, { force: true });
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}
