import { MtfError } from "mtf";

/** The error of a file that is not what it should be: which, where (in bytes), and why. */
export function damaged(file: string, offset: number, reason: string): MtfError {
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

/** The error of a file that may be sound, but is of a kind that is not read here. */
export function unreadable(
  file: string,
  offset: number,
  reason: string,
  advice?: string,
): MtfError {
  return new MtfError("bad-file", `${file} cannot be read: ${reason}.`, {
    evidence: [
      ["file", file],
      ["offset", `byte ${offset}`],
    ],
    ...(advice !== undefined && { try: [advice] }),
    file,
    offset,
    reason,
  });
}
