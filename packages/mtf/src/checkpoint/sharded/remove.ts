import { readdir, rm, rmdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { textArgument } from "../../arguments.ts";
import { draftedAs } from "../safetensors/draft.ts";
import { indexName } from "./format.ts";
import { isPart } from "./part-names.ts";

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
 * Removes a checkpoint, and its folder if that holds nothing else: other files in it are left alone.
 * Whenever this is stopped, the checkpoint is whole or none any more.
 *
 * @example
 * await removeCheckpoint("run/step-100");
 */
export async function removeCheckpoint(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  const own = names.filter(isOwn);
  await rm(join(folder, indexName), { force: true });
  for (const name of own) await rm(join(folder, name), { force: true });
  // An empty folder that was there is nobody's checkpoint.
  if (own.length > 0 && own.length === names.length) await rmdir(folder);
}

/** Whether a file of this name is a checkpoint's, or was to be one. */
function isOwn(name: string): boolean {
  const meant = draftedAs(name) ?? name;
  return meant === indexName || isPart(meant);
}
