import { mkdirSync, rmdirSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { MtfError } from "mtf";
import { cannotWrite } from "mtf/files";
import { noFolder } from "./no-folder.ts";

/**
 * Makes a folder, and those around it, where it is not there. Node's own way goes round for ever where
 * a folder takes none, as those of `/proc`.
 *
 * @returns the first that was made, or undefined if it was there
 * @throws MtfError `bad-file` if something else is in the way, or the disk refuses
 * @example
 * makeFolder("runs/book");
 */
export function makeFolder(path: string): string | undefined {
  const error = tryToMake(path);
  if (error === undefined) return path;
  if (isFolder(path)) return undefined;
  const parent = dirname(path);
  const needsParent = error.code === "ENOENT" || error.code === "ENOTDIR";
  if (!needsParent || parent === path) throw cannotMake(path, error);
  const first = makeFolder(parent);
  const again = tryToMake(path);
  if (again !== undefined && !isFolder(path)) throw cannotMake(path, again);
  return first ?? path;
}

/**
 * Removes a folder that was made for what then failed, and those around it that were made with it. What
 * somebody has put something into meanwhile stays.
 *
 * @param first what `makeFolder` gave; without it nothing was made
 * @example
 * removeMade("runs/new", makeFolder("runs/new"));
 */
export function removeMade(path: string, first: string | undefined): void {
  if (first === undefined || path.length < first.length) return;
  try {
    rmdirSync(path);
  } catch {
    return;
  }
  removeMade(dirname(path), first);
}

/**
 * The names in a folder; none if there is no such folder.
 *
 * @throws MtfError `bad-file` if it is a file, or cannot be read
 * @example
 * await namesIn("runs/book"); // ["config.json", …]
 */
export async function namesIn(path: string): Promise<readonly string[]> {
  return readdir(path).catch((error: NodeJS.ErrnoException) => {
    const kind = kindOf(path);
    // Below a file there is nothing, either: it is in the way of whoever makes a folder there.
    if (error.code === "ENOENT" || (error.code === "ENOTDIR" && kind === "nothing")) return [];
    if (kind === "file") throw noFolder(path, "a file");
    const reason = `cannot be read: ${error.message}`;
    throw new MtfError("bad-file", `${path} ${reason}.`, { file: path });
  });
}

function tryToMake(path: string): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(path);
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  }
}

function cannotMake(path: string, error: NodeJS.ErrnoException): unknown {
  if (error.code === "ENOSPC" || error.code === "EDQUOT") return cannotWrite(path, error);
  const kind = error.code === "EEXIST" ? kindOf(path) : "folder";
  if (kind === "file") return noFolder(path, "a file");
  if (kind === "nothing") return noFolder(path, "a link to what is not there");
  const reason = `cannot be made: ${error.message}`;
  return new MtfError("bad-file", `${path} ${reason}.`, { file: path });
}

function isFolder(path: string): boolean {
  return kindOf(path) === "folder";
}

/** What is there; links are followed, and one that leads nowhere is nothing. */
function kindOf(path: string): "folder" | "file" | "nothing" {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch {
    return "nothing";
  }
}
