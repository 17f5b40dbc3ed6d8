import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { MtfError } from "mtf";
import { cannotWrite } from "mtf/files";

/** A file that asks a run to save and end: whoever cannot reach its process makes one. */
export interface StopFile {
  /** Whether it is there. It is looked at, and told of, until it is. */
  readonly isThere: () => boolean;
}

/**
 * The file `stop` in a run's folder. One from before the run asks nothing of it.
 *
 * @param found told when it is there; it is removed then
 * @throws MtfError `bad-file` where one from before cannot be removed: no other could be made
 */
export function stopFile(folder: string, found: (path: string) => void): StopFile {
  const path = join(folder, "stop");
  try {
    remove(path);
  } catch (error) {
    throw inTheWay(path, error);
  }
  let isThere = false;
  return {
    isThere() {
      if (!isThere && existsSync(path)) {
        isThere = true;
        found(path);
        try {
          remove(path);
        } catch {
          // What has been asked for is done all the same; the next run tells of it.
        }
      }
      return isThere;
    },
  };
}

function remove(path: string): void {
  rmSync(path, { force: true });
}

function inTheWay(path: string, error: unknown): unknown {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return cannotWrite(path, error);
  return new MtfError(
    "bad-file",
    `${path} is a folder, and a run ends where there is such a file.`,
    {
      try: ["moving it away"],
      file: path,
    },
  );
}
