import { entryAt, fileAt } from "./entries.ts";
import { guarded } from "./errors.ts";

/** What the library asks of Node's `Stats`. */
export interface Stats {
  readonly size: number;
  readonly mtimeMs: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isFIFO(): boolean;
}

export async function stat(path: string): Promise<Stats> {
  return guarded("stat", path, async () => {
    const entry = await entryAt(path);
    return statsOf(entry.kind === "file" ? await entry.getFile() : undefined);
  });
}

/** @param file undefined for a folder */
export function statsOf(file: File | undefined): Stats {
  return {
    size: file?.size ?? 0,
    mtimeMs: file?.lastModified ?? 0,
    isFile: () => file !== undefined,
    isDirectory: () => file === undefined,
    isFIFO: () => false,
  };
}

export async function access(path: string): Promise<void> {
  await stat(path);
}

/** There are no links. */
export async function realpath(path: string): Promise<string> {
  await stat(path);
  return path;
}

export function readFile(path: string): Promise<Uint8Array>;
export function readFile(path: string, encoding: "utf8"): Promise<string>;
export async function readFile(path: string, encoding?: "utf8"): Promise<Uint8Array | string> {
  return guarded("open", path, async () => {
    const file = await (await fileAt(path, "read")).getFile();
    return encoding === "utf8" ? file.text() : new Uint8Array(await file.arrayBuffer());
  });
}
