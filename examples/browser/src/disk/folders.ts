/** A folder of the page's private files. @throws DOMException `NotFoundError` where it is not made */
export async function folderAt(path: string, create = false): Promise<FileSystemDirectoryHandle> {
  let folder = await navigator.storage.getDirectory();
  for (const name of path.split("/")) folder = await folder.getDirectoryHandle(name, { create });
  return folder;
}

/** The folders in a folder; none where it is not there. */
export async function foldersIn(path: string): Promise<readonly string[]> {
  const folder = await folderAt(path).catch(() => undefined);
  if (!folder) return [];
  const names: string[] = [];
  for await (const [name, { kind }] of folder.entries()) if (kind === "directory") names.push(name);
  return names.sort();
}

/** All files below a folder, by their paths from there on. */
export async function filesBelow(
  folder: FileSystemDirectoryHandle,
  before = "",
): Promise<ReadonlyMap<string, File>> {
  const files = new Map<string, File>();
  for await (const [name, entry] of folder.entries()) {
    if (entry.kind === "file") {
      files.set(before + name, await (entry as FileSystemFileHandle).getFile());
      continue;
    }
    const inside = await filesBelow(entry as FileSystemDirectoryHandle, `${before}${name}/`);
    for (const [path, file] of inside) files.set(path, file);
  }
  return files;
}

/** Writes a file below a folder, and the folders on its way. */
export async function writeBelow(
  folder: FileSystemDirectoryHandle,
  path: string,
  content: Blob | string,
): Promise<void> {
  const names = path.split("/");
  let at = folder;
  for (const name of names.slice(0, -1)) at = await at.getDirectoryHandle(name, { create: true });
  const file = await at.getFileHandle(names.at(-1)!, { create: true });
  const target = await file.createWritable();
  await target.write(content);
  await target.close();
}

/** The text of a file; undefined where there is none. */
export async function readText(path: string, name: string): Promise<string | undefined> {
  const folder = await folderAt(path).catch(() => undefined);
  const file = await folder?.getFileHandle(name).catch(() => undefined);
  return file && (await file.getFile()).text();
}

/** Removes a folder with all that is in it. */
export async function removeFolder(path: string): Promise<void> {
  const names = path.split("/");
  const above = await folderAt(names.slice(0, -1).join("/"));
  await above.removeEntry(names.at(-1)!, { recursive: true });
}
