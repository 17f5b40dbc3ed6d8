import { lstat, realpath, rename, rmdir } from "node:fs/promises";
import { resolve } from "node:path";
import { MtfError } from "mtf";
import { cannotWrite } from "mtf/files";
import { makeFolder, namesIn } from "../make-folder.ts";

/** @throws MtfError `bad-argument` if there is something in a folder */
export async function checkEmpty(name: string): Promise<void> {
  const found = await namesIn(name);
  if (found.length === 0) return;
  throw new MtfError("bad-argument", `${name} is not empty.`, {
    evidence: [["holds", found.slice(0, 5).join(", ")]],
    try: ["another folder to write to"],
    file: name,
  });
}

/** Where a path leads: a link can be no folder's place, what it leads to can. */
export async function realFolder(path: string): Promise<string> {
  return realpath(path).catch(async () => {
    // Nothing is there, or a link to nothing.
    if (await lstat(path).catch(() => undefined)) await makeFolder(path);
    return resolve(path);
  });
}

/** Puts a folder in its place. Not every system renames a folder onto an empty one. */
export async function publish(draft: string, folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw cannotWrite(folder, error);
  });
  await rename(draft, folder).catch((error: unknown) => {
    throw cannotWrite(folder, error);
  });
}
