import { stat } from "node:fs/promises";

/** What stands for standard input where a file is asked for. */
export const standardInput = "-";

/** What people are told that a file is called. */
export function shownName(file: string): string {
  return file === standardInput ? "standard input" : file;
}

/** Whether it is standard input, a pipe with a name, or anything else that can be read once only. */
export async function isPipe(file: string): Promise<boolean> {
  if (file === standardInput) return true;
  const is = await stat(file).catch(() => undefined);
  return is !== undefined && !is.isFile() && !is.isDirectory();
}

/** Of files, those that can be read once only. */
export async function pipesAmong(files: readonly string[]): Promise<readonly string[]> {
  const are = await Promise.all(files.map(isPipe));
  return files.filter((_, index) => are[index]);
}
