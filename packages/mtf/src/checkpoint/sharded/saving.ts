import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { syncFolder } from "../safetensors/atomic.ts";
import { cannotWrite } from "../safetensors/cannot-write.ts";
import { removeDraftsIn } from "../safetensors/draft.ts";
import { writeAtomically, writeSafetensors } from "../safetensors/index.ts";
import { summing } from "./file-sums.ts";
import { type FileSums, formatName, formatVersion, type Index, indexName } from "./format.ts";
import { indexSum } from "./index-sum.ts";
import { isPart } from "./part-names.ts";
import type { PartToWrite } from "./plan-parts.ts";

/**
 * Makes a checkpoint's folder, unless it is there.
 *
 * @returns the names in it, and whether it was made
 * @throws MtfError `bad-file` if it cannot be made
 */
export async function makeFolder(
  folder: string,
): Promise<{ readonly made: boolean; readonly names: readonly string[] }> {
  try {
    const made = (await mkdir(folder, { recursive: true })) !== undefined;
    return { made, names: await readdir(folder) };
  } catch (error) {
    throw cannotWrite(folder, error);
  }
}

/** Takes back what was written of a checkpoint that is not to be. */
export async function unmake(
  folder: string,
  files: readonly string[],
  made: boolean,
): Promise<void> {
  for (const file of files) await rm(join(folder, file), { force: true }).catch(() => {});
  if (made) await rmdir(folder).catch(() => {});
}

/** Writes the parts of a device. */
export async function writePart(path: string, parts: readonly PartToWrite[]): Promise<FileSums> {
  const { open, sums } = summing();
  await writeSafetensors(path, parts, { open });
  return sums();
}

/** The text of a checkpoint's index. */
export function printIndex(
  metadata: unknown,
  files: Index["files"] & object,
  tensors: Index["tensors"],
): string {
  const said: Index = { format: formatName, version: formatVersion, metadata, files, tensors };
  const index: Index = { ...said, crc32: indexSum(said) };
  return `${JSON.stringify(index, null, 1)}\n`;
}

/** Makes what lies in a folder a checkpoint, in one go, for good. */
export async function writeIndex(folder: string, text: string): Promise<void> {
  await writeAtomically(join(folder, indexName), (file) => file.write(text));
  await syncFolder(dirname(folder));
}

/** Removes what earlier checkpoints have left. */
export async function removeOthers(folder: string, kept: readonly string[]): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!isPart(name) || kept.includes(name)) continue;
    // One that cannot be removed is no reason to leave the others.
    await rm(join(folder, name), { force: true }).catch(() => {});
  }
  await removeDraftsIn(folder, (name) => isPart(name) || name === indexName);
}
