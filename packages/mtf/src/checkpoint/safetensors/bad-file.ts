import { MtfError } from "../../errors.ts";

/**
 * The error of a file that is not what it should be: which, where (in bytes), and why. Readers of
 * other formats, and sources of bytes that are no files, throw it as those here do.
 *
 * @example
 * throw badFile("weights.bin", 8, "its header is not JSON");
 */
export function badFile(file: string, offset: number, reason: string): MtfError {
  return new MtfError("bad-file", `${file} is damaged: ${reason}.`, {
    evidence: [
      ["file", file],
      ["offset", `byte ${offset}`],
    ],
    file,
    offset,
    reason,
  });
}
