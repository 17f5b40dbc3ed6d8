import { join } from "node:path";
import { textArgument } from "../../arguments.ts";
import type { Sharded } from "../../runtime/devices.ts";
import { stateOf } from "../../runtime/sharded.ts";
import type { FileSums } from "./format.ts";
import { keptMetadata } from "./metadata.ts";
import { freeNames } from "./part-names.ts";
import { planParts } from "./plan-parts.ts";
import { saveTogether } from "./save-together.ts";
import { makeFolder, printIndex, removeOthers, unmake, writeIndex, writePart } from "./saving.ts";
import { type OnlyHeld, tensorsIn } from "./tree.ts";
import { inItsTurn } from "./turns.ts";

/**
 * Saves a tree of tensors that lie on a mesh, each by its path (`params/w`), in a file for each
 * device that holds a part of its own. The folder's index is written last and replaces an earlier
 * one in one go: whenever saving is stopped, the folder holds the earlier checkpoint or the new one,
 * or, where there was none, none yet. Other files of the folder are left alone. The index has checksums
 * of the files, 256 KiB at a time, and of itself, with which whatever is read later is compared.
 *
 * Both are taken as they are when it is called. Saves of one process into one folder go one after
 * the other; no other process may write to it meanwhile. Where several processes host the mesh, all
 * call it, and each writes the files of its own devices: into a folder that they share, or into
 * folders of their own, on hosts that share none, from which `gatherCheckpoint` makes one.
 *
 * @param metadata anything JSON can hold: the step, say
 * @throws MtfError `bad-argument` where the tree holds no tensors, or anything but those on one mesh, or the
 * metadata what JSON cannot; `bad-file` if the disk fails, of whichever process: an earlier checkpoint is
 * left as it was
 * @example
 * const state = await (await devices.load(begin))();
 * await saveCheckpoint("run/latest", state, { step: 100 });
 */
export async function saveCheckpoint<State extends object>(
  folder: string,
  state: State & OnlyHeld<State>,
  metadata: unknown = {},
): Promise<void> {
  textArgument("saveCheckpoint", "folder", folder);
  const [tensors, kept] = [tensorsIn(state), keptMetadata(metadata)];
  const [tensor] = tensors.values();
  const { fleet } = stateOf(tensor)!;
  const save = fleet.several
    ? () => saveTogether(fleet, folder, tensors, kept)
    : () => saveAlone(folder, tensors, kept);
  await inItsTurn(folder, save);
}

async function saveAlone(
  folder: string,
  tensors: ReadonlyMap<string, Sharded>,
  metadata: unknown,
): Promise<void> {
  const { made, names } = await makeFolder(folder);
  const fileOf = freeNames(names);
  const { parts, entries } = planParts(tensors, fileOf);
  const files = [...parts.keys()].map(fileOf);
  const sums: Record<string, FileSums> = {};
  try {
    for (const [device, own] of parts) {
      sums[fileOf(device)] = await writePart(join(folder, fileOf(device)), own);
    }
    await writeIndex(folder, printIndex(metadata, sums, entries));
  } catch (error) {
    await unmake(folder, files, made);
    throw error;
  }
  // The state is saved: what cannot be removed now is removed the next time.
  await removeOthers(folder, files).catch(() => {});
}
