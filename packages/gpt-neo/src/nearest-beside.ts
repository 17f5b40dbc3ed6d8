import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { nearest } from "mtf/files";

/**
 * The path of what is called nearly as something that is not there, if there is any beside it.
 *
 * @example
 * await nearestBeside("runs/bok"); // runs/book
 */
export async function nearestBeside(path: string): Promise<string | undefined> {
  const beside = await readdir(dirname(path)).catch(() => []);
  const near = nearest(basename(path), beside);
  return near === undefined ? undefined : join(dirname(path), near);
}
