import { readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { writer } from "./writer.ts";

/**
 * A name beside a file or folder to write it under until it is whole.
 *
 * @example
 * draftOf("out/model.safetensors"); // out/.model.safetensors.host-4711-0a1b2c3d.tmp
 */
export function draftOf(path: string): string {
  const random = crypto.getRandomValues(new Uint32Array(1))[0]!.toString(16).padStart(8, "0");
  const name = `.${basename(path)}.${writer.host}-${writer.pid}-${random}.tmp`;
  return join(dirname(path), name);
}

const draft = /^\.(.+)\.([^.]*)-(\d+)-[0-9a-f]{8}\.tmp$/;

/**
 * What a draft is to be called when it is whole; undefined for a name that is no draft's.
 *
 * @param name without its folder
 * @example
 * draftedAs(".model.safetensors.host-4711-0a1b2c3d.tmp"); // model.safetensors
 */
export function draftedAs(name: string): string | undefined {
  return draft.exec(name)?.[1];
}

/**
 * Removes the drafts of a file or folder that processes of this machine left when they were killed.
 *
 * @example
 * await removeDrafts("models/tuned");
 */
export function removeDrafts(path: string): Promise<void> {
  const wanted = basename(path);
  return removeDraftsIn(dirname(path), (name) => name === wanted);
}

/**
 * Removes the drafts in a folder that processes of this machine left when they were killed.
 *
 * @param ours whether the draft of a name is to be removed
 */
export async function removeDraftsIn(
  folder: string,
  ours: (name: string) => boolean,
): Promise<void> {
  for (const found of await readdir(folder).catch(() => [])) {
    const [, name, machine, pid] = draft.exec(found) ?? [];
    if (name === undefined || machine !== writer.host || !ours(name)) continue;
    if (writer.isRunning(Number(pid))) continue;
    await rm(join(folder, found), { recursive: true, force: true });
  }
}
