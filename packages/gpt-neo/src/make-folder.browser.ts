import { mkdir, readdir, rmdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { cannotWrite } from "mtf/files";
import { noFolder } from "./no-folder.ts";

// As in Node, but that a page's disk answers later.

export async function makeFolder(path: string): Promise<string | undefined> {
  try {
    return await mkdir(path, { recursive: true });
  } catch (error) {
    if (isFull(error)) throw cannotWrite(path, error);
    throw noFolder(path, "a file");
  }
}

function isFull(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === "ENOSPC";
}

export async function removeMade(path: string, first: string | undefined): Promise<void> {
  if (first === undefined || path.length < first.length) return;
  const removed = await rmdir(path).then(
    () => true,
    () => false,
  );
  if (removed) await removeMade(dirname(path), first);
}

export async function namesIn(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return [];
  if (found.isDirectory()) return readdir(path);
  throw noFolder(path, "a file");
}
