import { MtfError } from "../../errors.ts";

const full = { reason: "the disk is full", instead: "free some space" };

const outOfRoom: Readonly<Record<string, typeof full>> = {
  ENOSPC: full,
  EDQUOT: { reason: "the disk's quota is used up", instead: "free some space" },
  EFBIG: {
    reason: "a file may not be as large on this disk, or for this user",
    instead: "another disk, or a higher limit (ulimit -f)",
  },
};

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
  const { code } = error;
  const known = outOfRoom[code!];
  const reason = known ? `${known.reason} (${code})` : error.message;
  return new MtfError("bad-file", `${path} cannot be written: ${reason}.`, {
    evidence: [["file", path]],
    ...(known && { try: [`${known.instead}; what was there before is unchanged`] }),
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
