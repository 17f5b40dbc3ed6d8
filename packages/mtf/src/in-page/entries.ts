import { systemError } from "./errors.ts";

/** Something that has a name in a folder. */
export type Entry = FileSystemFileHandle | FileSystemDirectoryHandle;

/** The folder that a path's last name is in, and that name; none for the root itself. */
export interface Named {
  readonly parent: FileSystemDirectoryHandle;
  readonly name: string | undefined;
}

/** @throws DOMException `NotFoundError`, `TypeMismatchError` */
export async function named(path: string): Promise<Named> {
  const names = namesIn(path);
  const name = names.pop();
  let parent = await navigator.storage.getDirectory();
  for (const folder of names) parent = await parent.getDirectoryHandle(folder);
  return { parent, name };
}

/**
 * What is at a path.
 *
 * @throws DOMException `NotFoundError`, `TypeMismatchError` where a file is in the way
 */
export async function entryAt(path: string): Promise<Entry> {
  const { parent, name } = await named(path);
  if (name === undefined) return parent;
  try {
    return await parent.getFileHandle(name);
  } catch (error) {
    if ((error as DOMException).name !== "TypeMismatchError") throw error;
    return parent.getDirectoryHandle(name);
  }
}

/** @throws Error `EISDIR`; DOMException */
export async function fileAt(path: string, syscall: string): Promise<FileSystemFileHandle> {
  const entry = await entryAt(path);
  if (entry.kind === "directory") throw systemError("EISDIR", syscall, path);
  return entry;
}

/** @throws Error `ENOTDIR`; DOMException */
export async function folderAt(path: string, syscall: string): Promise<FileSystemDirectoryHandle> {
  const entry = await entryAt(path);
  if (entry.kind === "file") throw systemError("ENOTDIR", syscall, path);
  return entry;
}

/** The names on the way to a path, from the root: `.` and `..` are gone. */
function namesIn(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split("/")) {
    if (name === "..") names.pop();
    else if (name !== "" && name !== ".") names.push(name);
  }
  return names;
}
