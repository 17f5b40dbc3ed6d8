import type { HostArray } from "../../dtype.ts";
import { coordinateOf } from "../../mesh.ts";
import { type Box, boxOf, volume } from "../../program/placement.ts";
import type { Sharded } from "../../runtime/devices.ts";
import { readHere, readRestingHere } from "../../runtime/sharded.ts";
import { rowBlocks } from "../safetensors/index.ts";
import type { TensorToWrite } from "../safetensors/write.ts";
import { type Entry, type Index, scalesOf, storedAs } from "./format.ts";

// What is fetched from a device at a time: 4 MB of float32.
const elementsAtATime = 1 << 20;

/** A part of a tensor, which is read from the devices when its turn comes. */
export interface PartToWrite extends TensorToWrite {
  readonly data: () => AsyncIterable<Float32Array | Int32Array | Uint8Array>;
}

/** What goes into a checkpoint. */
export interface Planned {
  /** The parts of each device that has a file. */
  readonly parts: ReadonlyMap<number, readonly PartToWrite[]>;
  readonly entries: Index["tensors"];
}

/**
 * What goes into which files of a checkpoint.
 *
 * @param fileOf the name of a device's file
 */
export function planParts(
  tensors: ReadonlyMap<string, Sharded>,
  fileOf: (device: number) => string,
): Planned {
  const parts = new Map<number, PartToWrite[]>();
  const entries = [...tensors].map(([name, x]) => [name, plan(name, x, fileOf, parts)] as const);
  return { parts, entries: Object.fromEntries(entries) };
}

/** Each distinct slice goes to the file of the first device that holds it. */
function plan(
  name: string,
  tensor: Sharded,
  fileOf: (device: number) => string,
  all: Map<number, PartToWrite[]>,
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
    const held = all.get(device) ?? [];
    held.push(...tensorsOf(name, tensor, box));
    all.set(device, held);
    parts.push({ file: fileOf(device), box });
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
  yield (await readRestingHere(tensor, box))[0] as Float32Array;
}

async function* blocks(
  tensor: Sharded,
  box: Box,
): AsyncGenerator<Float32Array | Int32Array | Uint8Array> {
  const shape = box.map((r) => r.size);
  for (const block of rowBlocks(shape, elementsAtATime)) {
    const own = block.map((r, d) => ({ begin: r.begin + box[d]!.begin, size: r.size }));
    if (!tensor.rest) yield await readHere(tensor, own);
    else yield bytesOf((await readRestingHere(tensor, own)).at(-1)!);
  }
}

/** What is stored as bytes is stored as it rests. */
function bytesOf({ buffer, byteOffset, byteLength }: HostArray): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
