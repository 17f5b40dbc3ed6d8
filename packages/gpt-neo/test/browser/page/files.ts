/** The files below a folder of the origin's private file system, with the names from there on. */
export async function filesIn(path: string): Promise<ReadonlyMap<string, File>> {
  let folder = await navigator.storage.getDirectory();
  for (const name of path.split("/")) folder = await folder.getDirectoryHandle(name);
  const files = new Map<string, File>();
  await collect(folder, "", files);
  return files;
}

async function collect(
  folder: FileSystemDirectoryHandle,
  before: string,
  files: Map<string, File>,
): Promise<void> {
  for await (const [name, entry] of folder.entries()) {
    if (entry.kind === "directory") {
      await collect(entry as FileSystemDirectoryHandle, `${before}${name}/`, files);
    } else files.set(`${before}${name}`, await (entry as FileSystemFileHandle).getFile());
  }
}

/** The SHA-256 of bytes. */
export async function digestOf(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
