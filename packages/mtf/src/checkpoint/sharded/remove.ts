import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { textArgument } from "../../arguments.ts";
import { indexName } from "./format.ts";

/**
 * Whether a folder holds a checkpoint that is whole. One whose saving was stopped is none.
 *
 * @example
 * if (!(await isCheckpoint("run/latest"))) console.log("nothing to go on from");
 */
export async function isCheckpoint(folder: string): Promise<boolean> {
  textArgument("isCheckpoint", "folder", folder);
  return (await stat(join(folder, indexName)).catch(() => undefined))?.isFile() ?? false;
}

/**
 * Removes a checkpoint's folder. Whenever this is stopped, the checkpoint is whole or none any more.
 *
 * @example
 * await removeCheckpoint("run/step-100");
 */
export async function removeCheckpoint(folder: string): Promise<void> {
  await rm(join(folder, indexName), { force: true });
  await rm(folder, { recursive: true, force: true });
}
