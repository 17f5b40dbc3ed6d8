import { entryAt, folderAt, named } from "./entries.ts";
import { guarded, systemError } from "./errors.ts";

interface Dirent {
  readonly name: string;
  isDirectory(): boolean;
  isFile(): boolean;
}

export function readdir(path: string): Promise<string[]>;
export function readdir(path: string, options: { withFileTypes: true }): Promise<Dirent[]>;
export async function readdir(
  path: string,
  options: { readonly withFileTypes?: boolean } = {},
): Promise<string[] | Dirent[]> {
  return guarded("scandir", path, async () => {
    const found: Dirent[] = [];
    for await (const [name, { kind }] of (await folderAt(path, "scandir")).entries()) {
      found.push({ name, isDirectory: () => kind === "directory", isFile: () => kind === "file" });
    }
    found.sort((a, b) => (a.name < b.name ? -1 : 1));
    return options.withFileTypes ? found : found.map(({ name }) => name);
  });
}

/** @returns the first folder that was made, where it is told to make those around it */
export async function mkdir(
  path: string,
  { recursive = false }: { readonly recursive?: boolean } = {},
): Promise<string | undefined> {
  return guarded("mkdir", path, async () => {
    if (await isThere(path)) {
      if (recursive && (await folderAt(path, "mkdir"))) return undefined;
      throw systemError("EEXIST", "mkdir", path);
    }
    const above = path.replace(/\/*[^/]+\/*$/, "");
    const first = recursive && above !== "" ? await mkdir(above, { recursive }) : undefined;
    const { parent, name } = await named(path);
    await parent.getDirectoryHandle(name!, { create: true });
    return recursive ? (first ?? path) : undefined;
  });
}

export async function rm(
  path: string,
  options: { readonly recursive?: boolean; readonly force?: boolean } = {},
): Promise<void> {
  const { recursive = false, force = false } = options;
  await guarded("rm", path, async () => {
    try {
      const { parent, name } = await named(path);
      await parent.removeEntry(name!, { recursive });
    } catch (error) {
      if (!force || (error as DOMException).name !== "NotFoundError") throw error;
    }
  });
}

export async function rmdir(path: string): Promise<void> {
  await guarded("rmdir", path, () => folderAt(path, "rmdir"));
  await rm(path);
}

export function unlink(path: string): Promise<void> {
  return rm(path);
}

async function isThere(path: string): Promise<boolean> {
  return entryAt(path).then(
    () => true,
    (error: DOMException) => {
      if (error.name === "NotFoundError") return false;
      throw error;
    },
  );
}
