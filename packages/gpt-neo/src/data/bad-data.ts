import { MtfError } from "mtf";
import type { Place } from "./document.ts";
import { shownName } from "./pipe.ts";

/** The error of data that cannot be used: which file, line and byte, why, and what to write instead. */
export function badData(
  { file, line, offset }: Place,
  reason: string,
  instead: readonly string[] = [],
): MtfError {
  const at = `${shownName(file)}${line === undefined ? "" : `:${line}`}`;
  return new MtfError("bad-file", `${at}: ${reason}.`, {
    evidence: [["at", `${at}, byte ${offset}`]],
    ...(instead.length > 0 && { try: instead }),
    file,
    ...(line !== undefined && { line }),
    offset,
    reason,
  });
}
