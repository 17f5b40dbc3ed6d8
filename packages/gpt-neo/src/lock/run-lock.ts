import { join } from "node:path";
import { acquireLock, type Lock } from "./lock.ts";

/**
 * Takes a folder for a run, which one process at a time may have.
 *
 * @throws MtfError as `acquireLock`
 * @example
 * const lock = await lockFolder("runs/book");
 */
export async function lockFolder(folder: string): Promise<Lock> {
  return acquireLock(join(folder, ".lock"), folder);
}
