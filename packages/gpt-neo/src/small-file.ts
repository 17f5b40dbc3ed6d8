import { readFile, stat } from "node:fs/promises";
import { MtfError } from "mtf";

/**
 * The text of a file that has no reason to be long.
 *
 * @param most in bytes
 * @throws MtfError `bad-file` if there is no such file, or a longer one
 * @example
 * await readSmallFile("config.json", 1 << 20);
 */
export async function readSmallFile(file: string, most: number): Promise<string> {
  const bad = (reason: string): MtfError =>
    new MtfError("bad-file", `${file} cannot be read: ${reason}.`, {
      file,
      offset: 0,
      reason,
    });
  try {
    const { size } = await stat(file);
    if (size > most) throw bad(`it has ${size} bytes, over the limit of ${most}`);
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof MtfError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw bad(code === "ENOENT" ? "there is no such file" : message);
  }
}
