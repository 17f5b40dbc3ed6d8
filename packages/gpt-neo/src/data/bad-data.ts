import { type ErrorDetails, MtfError } from "mtf";
import type { Place } from "./document.ts";
import { shownName } from "./pipe.ts";

/** The error of data that cannot be used: which file, line and byte, why, and what to write instead. */
export function badData(
  { file, line, offset }: Place,
  reason: string,
  instead: readonly string[] = [],
): MtfError {
  const at = `${shownName(file)}${line === undefined ? "" : `:${line}`}`;
  return badFile(at, reason, {
    evidence: [["at", `${at}, byte ${offset}`]],
    ...(instead.length > 0 && { try: instead }),
    file,
    ...(line !== undefined && { line }),
    offset,
  });
}

/** The error of data that cannot even be opened: no byte of them is to blame. */
export function noSuchData(file: string, { code, message }: NodeJS.ErrnoException): MtfError {
  const reason = code === "ENOENT" ? "there is no such file" : message;
  // So names are shown that are no UTF-8, and nothing leads there.
  const isOtherwise = code === "ENOENT" && file.includes("\uFFFD");
  return badFile(shownName(file), reason, {
    ...(isOtherwise && { try: ["a name in UTF-8: what this one is on disk is not"] }),
    file,
    offset: 0,
  });
}

function badFile(at: string, reason: string, details: ErrorDetails): MtfError {
  return new MtfError("bad-file", `${at}: ${reason}.`, { ...details, reason });
}
