import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { recordArgument, textArgument, wrongArgument } from "../../arguments.ts";
import { coordinateOf, type Mesh, meshArgument } from "../../mesh.ts";
import type { Sharded } from "../../runtime/devices.ts";
import { type Box, boxOf, volume } from "../../spmd/placement.ts";
import {
  rowBlocks,
  type TensorToWrite,
  writeAtomically,
  writeSafetensors,
} from "../safetensors/index.ts";
import { type Entry, type Index, indexName, storedAs } from "./format.ts";

// What is fetched from a device at a time: 4 MB of float32.
const elementsAtATime = 1 << 20;

/**
 * Saves tensors that lie on a mesh, a file for each device that holds a part of its own, whole or
 * not at all: the folder appears under its name when everything is on disk.
 *
 * @param tensors by the names they are found again by
 * @param metadata anything JSON can hold
 * @throws MtfError `bad-file` if the disk fails; what was there before is left as it was
 * @example
 * await saveCheckpoint("run/step-100", devices.mesh, { "params/wte": wte }, { step: 100 });
 */
export async function saveCheckpoint(
  folder: string,
  mesh: Mesh,
  tensors: Readonly<Record<string, Sharded>>,
  metadata: unknown,
): Promise<void> {
  checkArguments(folder, mesh, tensors, metadata);
  const partial = `${folder}.partial`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  try {
    const files = new Map<string, TensorToWrite[]>();
    const entries: Record<string, Entry> = {};
    for (const [name, tensor] of Object.entries(tensors)) {
      entries[name] = plan(name, tensor, mesh, files);
    }
    for (const [file, parts] of files) await writeSafetensors(join(partial, file), parts);
    const index: Index = { format: "mtf-checkpoint", version: 1, metadata, tensors: entries };
    const text = `${JSON.stringify(index, null, 1)}\n`;
    await writeAtomically(join(partial, indexName), (file) => file.write(text));
    await replace(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    throw error;
  }
}

/** What cannot be saved is told before anything is written. */
function checkArguments(folder: unknown, mesh: unknown, tensors: unknown, metadata: unknown): void {
  const fn = "saveCheckpoint";
  textArgument(fn, "folder", folder);
  meshArgument(fn, "mesh", mesh);
  recordArgument(fn, "tensors", tensors, "an object of names and tensors on devices");
  for (const [name, tensor] of Object.entries(tensors as Readonly<Record<string, unknown>>)) {
    const { readBox } = (tensor ?? {}) as Partial<Sharded>;
    if (typeof readBox === "function") continue;
    throw wrongArgument(fn, `tensors[${JSON.stringify(name)}]`, "a tensor on devices", tensor);
  }
  if (jsonOf(metadata) !== undefined) return;
  throw wrongArgument(fn, "metadata", "what JSON can hold", metadata, { try: ["null"] });
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** Each distinct slice goes to the file of the first device that holds it. */
function plan(
  name: string,
  tensor: Sharded,
  mesh: Mesh,
  files: Map<string, TensorToWrite[]>,
): Entry {
  const dims = tensor.names.map((dim) => tensor.dims[dim]!);
  const seen = new Set<string>();
  const parts: Entry["parts"][number][] = [];
  for (let device = 0; device < mesh.size; device++) {
    const box = boxOf(dims, tensor.placement, mesh, coordinateOf(mesh, device));
    const key = box.map((r) => `${r.begin}+${r.size}`).join();
    if (seen.has(key) || volume(box) === 0) continue;
    seen.add(key);
    const file = `device-${device}.safetensors`;
    const shape = box.map((r) => r.size);
    const data = () => blocks(tensor, box);
    const held = files.get(file) ?? [];
    held.push({ name, dtype: storedAs[tensor.dtype], shape, data });
    files.set(file, held);
    parts.push({ file, box });
  }
  return { dtype: tensor.dtype, dims: dims.map((d) => [d.name, d.size]), parts };
}

async function* blocks(
  tensor: Sharded,
  box: Box,
): AsyncGenerator<Float32Array | Int32Array | Uint8Array> {
  const shape = box.map((r) => r.size);
  for (const block of rowBlocks(shape, elementsAtATime)) {
    const part = block.map((r, d) => ({ begin: r.begin + box[d]!.begin, size: r.size }));
    const numbers = await tensor.readBox(part);
    yield numbers instanceof Float64Array ? new Float32Array(numbers) : numbers;
  }
}

/** A folder cannot be renamed onto another: the old one steps aside first. */
async function replace(from: string, to: string): Promise<void> {
  const old = `${to}.old`;
  await rm(old, { recursive: true, force: true });
  await rename(to, old).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(from, to);
  await rm(old, { recursive: true, force: true });
  const parent = await open(dirname(to), "r");
  await parent.sync().catch(() => {});
  await parent.close();
}
