import { open, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { isCacheFolder } from "../cache-mark.ts";
import { isRunFolder } from "../run-mark.ts";
import { badData } from "./bad-data.ts";
import { type NamedEntry, namesInFolder } from "./names-in-folder.ts";

/** What lies below a folder. */
export interface FolderContent {
  readonly files: readonly string[];
  /** What is passed over, and why. */
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly path: string;
  readonly why:
    | "hidden"
    | "a run's folder"
    | "a cache"
    | "written by this command"
    | "read already"
    | "a link to nothing"
    | "a pipe or a device"
    | "a name that is not UTF-8"
    | "a folder whose name is not UTF-8"
    | "unreadable";
}

export interface FolderOptions {
  /** Whether names that begin with a dot count, too. */
  readonly hidden?: boolean;
  /** The folder that is written to: what lies there is no data. */
  readonly except?: string | undefined;
  /** Whether to go into a folder; by default into all. */
  readonly enters?: (path: string) => boolean;
  /** Whether a file is wanted; by default all are. */
  readonly takes?: (path: string) => boolean;
}

/**
 * The files in a folder and in the folders within. Links are followed, and each folder and
 * file is taken once, however many links lead there. Hidden files and folders are left out, those of runs, whose
 * logs look like data, and what cannot be read or has a name that is not UTF-8.
 *
 * @throws MtfError `bad-file` if the folder itself cannot be read
 * @example
 * const { files } = await filesBelow("pile");
 */
export async function filesBelow(
  folder: string,
  options: FolderOptions = {},
): Promise<FolderContent> {
  const files: string[] = [];
  const leftOut: LeftOut[] = [];
  const seen = new Set<string>();
  // Folders come before links to them, so that files are called by where they are.
  const links: string[] = [];
  const fileLinks: string[] = [];
  const takeFile = async (path: string, real: string): Promise<void> => {
    if (options.takes?.(path) === false) return;
    if (seen.has(real)) return void leftOut.push({ path, why: "read already" });
    seen.add(real);
    if (await canBeRead(path)) files.push(path);
    else leftOut.push({ path, why: "unreadable" });
  };
  const except = options.except && (await realpath(options.except).catch(() => undefined));

  const whyNot = async (path: string, real: string): Promise<LeftOut["why"] | undefined> => {
    if (real === except) return "written by this command";
    if (await isCacheFolder(path)) return "a cache";
    return (await isRunFolder(path)) ? "a run's folder" : undefined;
  };
  const enter = async (path: string, isTop: boolean): Promise<void> => {
    if (!isTop && options.enters?.(path) === false) return;
    const found = await contentOf(path);
    if (found instanceof Error) {
      if (isTop) throw badData({ file: path, offset: 0 }, found.message);
      return void leftOut.push({ path, why: "unreadable" });
    }
    const { real, entries } = found;
    const why = seen.has(real) ? "read already" : isTop ? undefined : await whyNot(path, real);
    if (why) return void leftOut.push({ path, why });
    seen.add(real);
    // In one order everywhere: the first link to a folder names its files.
    for (const entry of entries) await take(join(path, entry.name), entry, real);
  };
  const passOver = (path: string, { kind }: NamedEntry): void => {
    if (kind !== "folder") leftOut.push({ path, why: "a name that is not UTF-8" });
    else if (options.enters?.(path) !== false) {
      leftOut.push({ path, why: "a folder whose name is not UTF-8" });
    }
  };
  const take = async (path: string, entry: NamedEntry, within: string): Promise<void> => {
    if (!options.hidden && entry.name.startsWith(".")) leftOut.push({ path, why: "hidden" });
    else if (!entry.isUtf8) passOver(path, entry);
    else if (entry.kind === "folder") await enter(path, false);
    else if (entry.kind === "file") await takeFile(path, join(within, entry.name));
    else if (entry.kind === "link") {
      const target = await stat(path).catch(() => undefined);
      if (target?.isDirectory()) links.push(path);
      else if (target?.isFile()) fileLinks.push(path);
      else leftOut.push({ path, why: target ? "a pipe or a device" : "a link to nothing" });
    } else leftOut.push({ path, why: "a pipe or a device" });
  };

  await enter(folder, true);
  for (let path = links.shift(); path !== undefined; path = links.shift()) await enter(path, false);
  for (const path of fileLinks) await takeFile(path, await realpath(path).catch(() => path));
  return { files, leftOut };
}

/** What is in a folder and where it really is, or why that cannot be told. */
async function contentOf(
  path: string,
): Promise<{ real: string; entries: readonly NamedEntry[] } | Error> {
  try {
    // Names that can be read are of no use where their files cannot be reached.
    await stat(`${path}/.`);
    return { real: await realpath(path), entries: await namesInFolder(path) };
  } catch (error) {
    return error as Error;
  }
}

/** Whether a file gives its first byte, or has none. */
async function canBeRead(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      await file.read(new Uint8Array(1), 0, 1, 0);
      return true;
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}
