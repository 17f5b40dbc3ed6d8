import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";

/** A file that asks a run to save and end: whoever cannot reach its process makes one. */
export interface StopFile {
  /** Whether it is there. It is looked at, and told of, until it is. */
  readonly isThere: () => boolean;
}

/**
 * The file `stop` in a run's folder. One from before the run asks nothing of it.
 *
 * @param found told when it is there; it is removed then
 */
export function stopFile(folder: string, found: (path: string) => void): StopFile {
  const path = join(folder, "stop");
  rmSync(path, { force: true });
  let isThere = false;
  return {
    isThere() {
      if (!isThere && existsSync(path)) {
        isThere = true;
        found(path);
        rmSync(path, { force: true });
      }
      return isThere;
    },
  };
}
