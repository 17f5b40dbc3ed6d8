import { mkdir, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { textArgument } from "../../arguments.ts";
import type { HostArray } from "../../dtype.ts";
import { coordinateOf } from "../../mesh.ts";
import { type Box, boxOf, volume } from "../../program/placement.ts";
import type { Sharded } from "../../runtime/devices.ts";
import { readRestingParts } from "../../runtime/sharded.ts";
import { syncFolder } from "../safetensors/atomic.ts";
import { cannotWrite } from "../safetensors/cannot-write.ts";
import { removeDraftsIn } from "../safetensors/draft.ts";
import { rowBlocks, writeAtomically, writeSafetensors } from "../safetensors/index.ts";
import { summing } from "./file-sums.ts";
import {
  type Entry,
  type FileSums,
  formatName,
  formatVersion,
  type Index,
  indexName,
  scalesOf,
  storedAs,
} from "./format.ts";
import { keptMetadata } from "./metadata.ts";
import { freeNames, isPart } from "./part-names.ts";
import { type PartToWrite, together } from "./together.ts";
import { type OnlyHeld, tensorsIn } from "./tree.ts";
import { inItsTurn } from "./turns.ts";

// What is fetched from a device at a time: 4 MB of float32.
const elementsAtATime = 1 << 20;

/**
 * Saves a tree of tensors that lie on a mesh, each by its path (`params/w`), in a file for each
 * device that holds a part of its own. The folder's index is written last and replaces an earlier
 * one in one go: whenever saving is stopped, the folder holds the earlier checkpoint or the new one,
 * or, where there was none, none yet. Other files of the folder are left alone. The index has checksums
 * of the files, 256 KiB at a time, with which whatever is read later is compared.
 *
 * Both are taken as they are when it is called. Saves of one process into one folder go one after
 * the other; no other process may write to it meanwhile. Where several processes host the mesh, all
 * call it, and one writes.
 *
 * @param metadata anything JSON can hold: the step, say
 * @throws MtfError `bad-argument` where the tree holds no tensors, or anything but those on one mesh, or the
 * metadata what JSON cannot; `bad-file` if the disk fails: an earlier checkpoint is left as it was
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
  await together(
    tensor!,
    () => filesOf(tensors, String).files,
    () => inItsTurn(folder, () => save(folder, tensors, kept)),
  );
}

async function save(
  folder: string,
  tensors: ReadonlyMap<string, Sharded>,
  metadata: unknown,
): Promise<void> {
  const made = await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw cannotWrite(folder, error);
  });
  const fileOf = freeNames(await readdir(folder));
  const { files, entries } = filesOf(tensors, fileOf);
  const written: Record<string, FileSums> = {};
  try {
    for (const [file, parts] of files) {
      const { open, sums } = summing();
      await writeSafetensors(join(folder, file), parts, { open });
      written[file] = sums();
    }
    const index: Index = {
      format: formatName,
      version: formatVersion,
      metadata,
      files: written,
      tensors: entries,
    };
    const text = `${JSON.stringify(index, null, 1)}\n`;
    await writeAtomically(join(folder, indexName), (file) => file.write(text));
  } catch (error) {
    for (const file of files.keys()) await rm(join(folder, file), { force: true }).catch(() => {});
    if (made !== undefined) await rmdir(folder).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(folder));
  // The state is saved: what cannot be removed now is removed the next time.
  await removeOthers(folder, files).catch(() => {});
}

function filesOf(tensors: ReadonlyMap<string, Sharded>, fileOf: (device: number) => string) {
  const files = new Map<string, PartToWrite[]>();
  const entries = [...tensors].map(([name, x]) => [name, plan(name, x, fileOf, files)] as const);
  return { files, entries: Object.fromEntries(entries) };
}

/** Each distinct slice goes to the file of the first device that holds it. */
function plan(
  name: string,
  tensor: Sharded,
  fileOf: (device: number) => string,
  files: Map<string, PartToWrite[]>,
): Entry {
  const { mesh } = tensor;
  const dims = tensor.names.map((dim) => tensor.dims[dim]!);
  const seen = new Set<string>();
  const parts: Entry["parts"][number][] = [];
  for (let device = 0; device < mesh.size; device++) {
    const box = boxOf(dims, tensor.placement, mesh, coordinateOf(mesh, device));
    const key = box.map((r) => `${r.begin}+${r.size}`).join();
    if (seen.has(key) || volume(box) === 0) continue;
    seen.add(key);
    const file = fileOf(device);
    const held = files.get(file) ?? [];
    held.push(...tensorsOf(name, tensor, box));
    files.set(file, held);
    parts.push({ file, box });
  }
  const { dtype, rest } = tensor;
  return { dtype, ...(rest && { rest }), dims: dims.map((d) => [d.name, d.size]), parts };
}

/** A box of a tensor, as it rests: an int8 is two tensors of a file. */
function tensorsOf(name: string, tensor: Sharded, box: Box): readonly PartToWrite[] {
  const numbers = {
    name,
    dtype: storedAs(tensor),
    shape: box.map((r) => r.size),
    data: () => blocks(tensor, box),
  };
  const { rest } = tensor;
  if (typeof rest !== "object") return [numbers];
  const first = box.map((range, d) =>
    rest.scales.includes(tensor.names[d]!) ? range : { ...range, size: 1 },
  );
  const shape = box.flatMap((r, d) => (rest.scales.includes(tensor.names[d]!) ? [r.size] : []));
  const data = () => scaleBlocks(tensor, first);
  return [numbers, { name: scalesOf(name), dtype: "F32", shape, data }];
}

async function* scaleBlocks(tensor: Sharded, box: Box): AsyncGenerator<Float32Array> {
  yield (await readRestingParts(tensor, box))[0] as Float32Array;
}

async function* blocks(
  tensor: Sharded,
  box: Box,
): AsyncGenerator<Float32Array | Int32Array | Uint8Array> {
  const shape = box.map((r) => r.size);
  for (const block of rowBlocks(shape, elementsAtATime)) {
    const own = block.map((r, d) => ({ begin: r.begin + box[d]!.begin, size: r.size }));
    if (!tensor.rest) yield await tensor.readBox(own);
    else yield bytesOf((await readRestingParts(tensor, own)).at(-1)!);
  }
}

/** What is stored as bytes is stored as it rests. */
function bytesOf({ buffer, byteOffset, byteLength }: HostArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Removes what earlier checkpoints have left. */
async function removeOthers(folder: string, kept: ReadonlyMap<string, unknown>): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!isPart(name) || kept.has(name)) continue;
    // One that cannot be removed is no reason to leave the others.
    await rm(join(folder, name), { force: true }).catch(() => {});
  }
  await removeDraftsIn(folder, (name) => isPart(name) || name === indexName);
}
