import { copyFile, open, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { arrayArgument, textArgument } from "../../arguments.ts";
import { type Evidence, MtfError, sentenceOf } from "../../errors.ts";
import { syncFolder } from "../safetensors/atomic.ts";
import { cannotWrite } from "../safetensors/cannot-write.ts";
import { draftOf, removeDrafts } from "../safetensors/draft.ts";
import { filesIn } from "./files-in.ts";
import type { Index } from "./format.ts";
import { checkStored, openPart } from "./parts.ts";
import { readIndex } from "./read-index.ts";

/**
 * Makes one checkpoint of what several processes have saved into folders of their own, on hosts that
 * share none: brings the files that the folder of the first process lacks from the others. They are
 * copied; the others stay as they are. Files that are there already are left alone, so it may be called again.
 *
 * @param folder the first process's
 * @param others the folders of the other processes, brought here or mounted
 * @returns the names of the files that it brought
 * @throws MtfError `bad-checkpoint` listing the files that are in none of the folders, before anything is
 * copied; `bad-file` if `folder` holds no checkpoint, or the disk fails
 * @example
 * await gatherCheckpoint("run/latest", ["from-b/run/latest", "from-c/run/latest"]);
 */
export async function gatherCheckpoint(
  folder: string,
  others: readonly string[],
): Promise<readonly string[]> {
  textArgument("gatherCheckpoint", "folder", folder);
  arrayArgument("gatherCheckpoint", "others", others, "a list of folders");
  const index = await readIndex(folder);
  const lacking: string[] = [];
  for (const file of filesIn(index)) {
    if (!(await isThere(join(folder, file)))) lacking.push(file);
  }
  const found = new Map<string, string>();
  const problems: Evidence[] = [];
  for (const file of lacking) {
    const why: string[] = [];
    for (const other of others) {
      const problem = await problemWith(file, other, index);
      if (problem === undefined) found.set(file, join(other, file));
      else why.push(`${other}: ${problem}`);
    }
    if (!found.has(file)) problems.push([file, why.join("; ") || "no other folder was given"]);
  }
  if (problems.length > 0) {
    throw new MtfError("bad-checkpoint", `${folder} lacks files that are nowhere else.`, {
      evidence: problems,
      try: ["the folders of all processes that saved it"],
      file: folder,
    });
  }
  for (const [file, from] of found) await bring(from, join(folder, file));
  return lacking;
}

/** Why a folder's file of this name is not what a checkpoint lacks; undefined if it is. */
async function problemWith(
  file: string,
  folder: string,
  index: Index,
): Promise<string | undefined> {
  const path = join(folder, file);
  if (!(await isThere(path))) return "it is not there";
  // Without an index it is of a save that ended when the first process had all of it.
  const own = await readIndex(folder).catch(() => undefined);
  const isOfAnother = own !== undefined && JSON.stringify(own) !== JSON.stringify(index);
  if (isOfAnother && filesIn(own).includes(file)) return "it is of another checkpoint";
  const opened = await openPart(path, index.files?.[file]).catch(
    (error: unknown) => error as MtfError,
  );
  if (opened instanceof Error) return sentenceOf(opened);
  try {
    for (const [name, entry] of Object.entries(index.tensors)) {
      for (const part of entry.parts)
        if (part.file === file) checkStored(name, entry, part, opened);
    }
    return undefined;
  } catch (error) {
    return sentenceOf(error as MtfError);
  } finally {
    await opened.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/** Copies a file, which is there whole or not at all. */
async function bring(from: string, to: string): Promise<void> {
  await removeDrafts(to);
  const draft = draftOf(to);
  try {
    await copyFile(from, draft);
    const file = await open(draft, "r+");
    await file.sync().finally(() => file.close());
    await rename(draft, to);
  } catch (error) {
    throw cannotWrite(to, error);
  }
  await syncFolder(join(to, ".."));
}
