import { MtfError } from "../../errors.ts";

/** The error of a file that is not what it should be: which, where (in bytes), and why. */
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
