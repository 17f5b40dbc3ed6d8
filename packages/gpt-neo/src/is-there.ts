import { stat } from "node:fs/promises";

/**
 * Whether there is anything at a path.
 *
 * @example
 * await isThere("config.json"); // true
 */
export async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
