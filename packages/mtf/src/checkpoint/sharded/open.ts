import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { arrayArgument, textArgument } from "../../arguments.ts";
import { type HostArray, hostArray } from "../../dtype.ts";
import { MtfError } from "../../errors.ts";
import { entryOf } from "../../record.ts";
import type { BoxSource } from "../../runtime/devices.ts";
import { paste } from "../../runtime/sources/cut.ts";
import { type Box, volume } from "../../spmd/placement.ts";
import { nearest } from "../../suggest.ts";
import { badFile } from "../safetensors/bad-file.ts";
import { openSafetensors, type Safetensors } from "../safetensors/index.ts";
import { jsonIn } from "../safetensors/json-file.ts";
import { checkIndex } from "./check.ts";
import { type Entry, type Index, indexName, type Part, storedAs } from "./format.ts";

/** A saved state, to be loaded under whatever mesh and layout. */
export interface Checkpoint {
  /** What `saveCheckpoint` was given. */
  readonly metadata: unknown;
  readonly names: readonly string[];
  /** The element type and the dims of every tensor. */
  readonly tensors: ReadonlyMap<string, Pick<Entry, "dtype" | "dims">>;
  /**
   * Where a tensor's numbers come from; a device reads only what its slice needs. An input takes it
   * if it has the same dims by name, in whatever order.
   *
   * @param shape the sizes expected, in the order they were saved in
   * @throws MtfError `bad-checkpoint` if there is none of this name, or it has another shape
   */
  source(name: string, shape?: readonly number[]): BoxSource;
  close(): Promise<void>;
}

/**
 * Opens a checkpoint without reading its tensors.
 *
 * @throws MtfError `bad-file` if a file is missing or damaged
 * @example
 * const checkpoint = await openCheckpoint("run/step-100");
 * const wte = await devices.put(spec, placement, checkpoint.source("params/wte"));
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const index = await readIndex(textArgument("openCheckpoint", "folder", folder));
  const files = new Map<string, Promise<Opened>>();
  const open = (file: string) => {
    const known = files.get(file) ?? openPart(join(folder, file));
    files.set(file, known);
    return known;
  };
  return {
    metadata: index.metadata,
    names: Object.keys(index.tensors),
    tensors: new Map(Object.entries(index.tensors)),
    source: (name, shape) => {
      const entry = find(index, textArgument("source", "name", name), shape, folder);
      const dims = entry.dims.map(([name, size]) => ({ name, size }));
      return { dims, box: (box) => readBox(name, entry, box, open) };
    },
    close: async () => {
      // A file that did not open has told whoever asked for it.
      const opened = await Promise.allSettled(files.values());
      for (const file of opened) if (file.status === "fulfilled") await file.value.close();
    },
  };
}

/** Before anything is read: a file holds the part that the index says. */
function checkStored(name: string, entry: Entry, part: Part, { file, tensors }: Opened): void {
  const stored = tensors.get(name);
  const shape = part.box.map((range) => range.size).join();
  if (stored?.dtype === storedAs[entry.dtype] && stored.shape.join() === shape) return;
  const told = stored ? `${stored.dtype} [${stored.shape.join(", ")}]` : "not there";
  const wanted = `${storedAs[entry.dtype]} [${shape.replaceAll(",", ", ")}]`;
  throw badFile(file, stored?.offset ?? 0, `tensor '${name}' is ${told}, not ${wanted}`);
}

interface Opened extends Safetensors {
  readonly file: string;
}

async function openPart(file: string): Promise<Opened> {
  return { ...(await openSafetensors(file)), file };
}

async function readIndex(folder: string): Promise<Index> {
  const path = join(folder, indexName);
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new MtfError("bad-file", `${path} cannot be read: ${error.message}.`, { file: path });
  });
  return checkIndex(jsonIn(text, path), (reason) => badFile(path, 0, reason));
}

function find(
  index: Index,
  name: string,
  shape: readonly number[] | undefined,
  folder: string,
): Entry {
  const entry = entryOf(index.tensors, name);
  if (!entry) {
    const near = nearest(name, Object.keys(index.tensors));
    throw new MtfError("bad-checkpoint", `${folder} has no tensor '${name}'.`, {
      ...(near !== undefined && { try: [near] }),
    });
  }
  if (shape === undefined) return entry;
  arrayArgument("source", "shape", shape, "an array of sizes");
  const sizes = entry.dims.map(([, size]) => size);
  if (sizes.join() === shape.join()) return entry;
  throw new MtfError("bad-checkpoint", `'${name}' has other dims than asked for.`, {
    evidence: [
      ["saved", entry.dims.map(([dim, size]) => `${dim}=${size}`).join(", ")],
      ["asked", shape.join(" × ")],
    ],
  });
}

async function readBox(
  name: string,
  entry: Entry,
  box: Box,
  open: (file: string) => Promise<Opened>,
): Promise<HostArray> {
  const whole = hostArray(entry.dtype, volume(box));
  const shape = box.map((r) => r.size);
  for (const part of entry.parts) {
    const common = intersect(part.box, box);
    if (!common) continue;
    const within = relative(common, part.box);
    const file = await open(part.file);
    checkStored(name, entry, part, file);
    const numbers = await file.read(name, { box: within, as: entry.dtype });
    paste(numbers as HostArray, whole, shape, relative(common, box));
  }
  return whole;
}

function intersect(a: Box, b: Box): Box | undefined {
  const common = a.map((r, d) => {
    const begin = Math.max(r.begin, b[d]!.begin);
    return { begin, size: Math.min(r.begin + r.size, b[d]!.begin + b[d]!.size) - begin };
  });
  return common.some((r) => r.size <= 0) ? undefined : common;
}

function relative(box: Box, to: Box): Box {
  return box.map((r, d) => ({ begin: r.begin - to[d]!.begin, size: r.size }));
}
