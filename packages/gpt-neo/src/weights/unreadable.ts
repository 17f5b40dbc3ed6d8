import { MtfError } from "mtf";

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
