import { MtfError } from "../../errors.ts";

/**
 * What to throw for an error that came while `path` was written: the system's reason in words, or
 * the error itself where it is not the system's.
 *
 * @example
 * const { writeFile } = await import("node:fs/promises");
 * await writeFile("ids.bin", bytes).catch((error: unknown) => {
 *   throw cannotWrite("ids.bin", error);
 * });
 */
export function cannotWrite(path: string, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  const full = error.code === "ENOSPC" || error.code === "EDQUOT" || error.code === "EFBIG";
  const reason = full ? `the disk is full (${error.code})` : error.message;
  return new MtfError("bad-file", `${path} cannot be written: ${reason}.`, {
    evidence: [["file", path]],
    ...(full && { try: ["free some space; what was there before is unchanged"] }),
    file: path,
    reason,
  });
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return (
    error instanceof Error &&
    typeof (error as NodeJS.ErrnoException).code === "string" &&
    !(error instanceof MtfError)
  );
}
