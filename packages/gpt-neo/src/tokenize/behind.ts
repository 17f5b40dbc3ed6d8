import { stat } from "node:fs/promises";
import type { DataFile } from "../data/files.ts";
import type { Place } from "./unit.ts";

/** What files take on disk, in bytes; undefined where one of them is a pipe. */
export async function sizesOf(files: readonly DataFile[]): Promise<readonly number[] | undefined> {
  const sizes: number[] = [];
  for (const { file } of files) {
    const found = await stat(file).catch(() => undefined);
    if (!found?.isFile()) return undefined;
    sizes.push(found.size);
  }
  return sizes;
}

/**
 * What part of the files' bytes lies before a place, as far as it is known: how much of a file is behind is
 * told by text and lines that are not packed, and by no others until their end. A character counts as a
 * byte, so that of a long text in other letters than ours more may be behind.
 *
 * @returns from 0 to 1; undefined where there is nothing to count
 */
export function behind(
  files: readonly DataFile[],
  sizes: readonly number[] | undefined,
  { file: at, done }: Pick<Place, "file" | "done">,
): number | undefined {
  const all = sizes?.reduce((sum, size) => sum + size, 0) ?? 0;
  if (sizes === undefined || all === 0) return undefined;
  const before = sizes.slice(0, at).reduce((sum, size) => sum + size, 0);
  const current = files[at];
  const isPlain =
    current !== undefined &&
    ["jsonl", "txt"].includes(current.format) &&
    !/\.(gz|zst)$/i.test(current.file);
  return (before + (isPlain ? Math.min(done, sizes[at]!) : 0)) / all;
}
