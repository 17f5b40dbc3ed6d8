import { join } from "node:path";
import { textArgument } from "../../arguments.ts";
import type { HostArray } from "../../dtype.ts";
import { MtfError, sentenceOf } from "../../errors.ts";
import { dimsOf, isTensor } from "../../graph/tensor.ts";
import { type Lowered, loweredArgument } from "../../program/lowered.ts";
import type { Box } from "../../program/placement.ts";
import type { BoxSource, Devices, Held } from "../../runtime/devices.ts";
import { nearest } from "../../suggest.ts";
import { leavesOf } from "../../tree.ts";
import { checkBox, wholeBox } from "../safetensors/boxes.ts";
import { wasClosed } from "../safetensors/bytes.ts";
import { checkWanted } from "./compare.ts";
import type { Entry } from "./format.ts";
import { type OpenPart, openPart, readParts } from "./parts.ts";
import { readIndex } from "./read-index.ts";
import { verifyFiles } from "./verify.ts";

/** A saved state, to be loaded under whatever mesh and layout. */
export interface Checkpoint {
  /** What `saveCheckpoint` was given. */
  readonly metadata: unknown;
  readonly names: readonly string[];
  /** The element type and the dims of every tensor. */
  readonly tensors: ReadonlyMap<string, Pick<Entry, "dtype" | "rest" | "dims">>;
  /**
   * Puts the saved tensors on devices as the results of a lowered function would lie there, without
   * running it: each is found by its path in the result. What else was saved is left alone.
   *
   * @param begin the function that makes the state a run begins with, lowered
   * @throws MtfError `bad-checkpoint` listing the tensors that were not saved, or with other dims or
   * another dtype; the order of dims does not matter. `bad-mesh` if `begin` was lowered for another
   * mesh than that of the devices; `bad-file` where a file is missing, or not as it was written
   * @example
   * const begin = lower(() => adamState({ w: normal(key(1), [pixel, hidden]) }), { layout, inputs: [] });
   * const state = await checkpoint.load(devices, begin);
   */
  load<Arguments extends readonly unknown[], Result>(
    devices: Devices,
    begin: Lowered<Arguments, Result>,
  ): Promise<Held<Result>>;
  /**
   * Where a tensor's numbers come from, to be given to a run or to `put`: a device reads only what
   * its slice needs. Dims are matched by name.
   *
   * @throws MtfError `bad-checkpoint` if there is none of this name; when it is read, if it has other
   * dims than are wanted or another dtype
   * @example
   * const scores = await score(checkpoint.source("params/w"), batch);
   */
  source(name: string): BoxSource;
  /**
   * A tensor's numbers, row by row in the order of its saved dims, or those of a box.
   *
   * @throws MtfError `bad-checkpoint` if there is none of this name; `bad-argument` for a box outside;
   * `bad-file` where what is read is not as it was written; `closed` after `close`
   * @example
   * await checkpoint.read("params/w"); // a Float32Array
   */
  read(name: string, box?: Box): Promise<HostArray>;
  /**
   * Reads all files to their last byte, and compares them with their checksums.
   *
   * @returns the bytes of the files, and whether there are checksums: the first version had none
   * @throws MtfError `bad-file` for the first file that is missing, or not as it was written
   * @example
   * await checkpoint.verify(); // { bytes: 434140, compared: true }
   */
  verify(): Promise<{ readonly bytes: number; readonly compared: boolean }>;
  /** Closes the files. What was loaded stays on the devices. */
  close(): Promise<void>;
}

/**
 * Opens a checkpoint without reading its tensors.
 *
 * @throws MtfError `bad-file` if its index is missing or damaged; `bad-checkpoint` if a later
 * version wrote it
 * @example
 * const checkpoint = await openCheckpoint("run/latest");
 * const state = await checkpoint.load(devices, begin);
 * await checkpoint.close();
 */
export async function openCheckpoint(folder: string): Promise<Checkpoint> {
  const index = await readIndex(textArgument("openCheckpoint", "folder", folder));
  const { metadata, tensors } = index;
  const saved = new Map(Object.entries(tensors));
  const files = new Map<string, Promise<OpenPart>>();
  let closed = false;
  const open = async (file: string) => {
    if (closed) throw wasClosed(folder);
    const known =
      files.get(file) ?? openPart(join(folder, file), index.files?.[file]).catch(notGathered);
    files.set(file, known);
    return known;
  };
  const find = (name: string) =>
    saved.get(textArgument("checkpoint", "name", name)) ?? missing(name, [...saved.keys()], folder);
  const source = (path: string): BoxSource => {
    const entry = find(path);
    return {
      box: (box, { dims, dtype }) => {
        checkWanted(saved, [{ path, dims, dtype }], folder);
        const order = dims.map((d) => d.name);
        return readParts(path, entry, box, order, open);
      },
    };
  };
  return {
    metadata,
    names: [...saved.keys()],
    tensors: saved,
    source,
    load: async (devices, begin) => {
      loweredArgument("load", "begin", begin);
      const wanted = leavesOf(begin.result, isTensor);
      checkWanted(
        saved,
        wanted.map(([path, x]) => ({ path, dims: dimsOf(x), dtype: x.dtype })),
        folder,
      );
      return devices.putTree(begin, source);
    },
    async read(name, part) {
      const entry = find(name);
      const shape = entry.dims.map(([, size]) => size);
      const box = part ?? wholeBox(shape);
      checkBox(shape, box);
      const order = entry.dims.map(([dim]) => dim);
      return readParts(name, entry, box, order, open);
    },
    verify: () => verifyFiles(folder, index).catch(notGathered),
    close: async () => {
      closed = true;
      // A file that did not open has told whoever asked for it.
      const opened = await Promise.allSettled(files.values());
      for (const file of opened) if (file.status === "fulfilled") await file.value.close();
    },
  };
}

/** A part that is not there may be in another process's folder. */
function notGathered(error: unknown): never {
  if (!(error instanceof MtfError) || error.details.reason !== "there is no such file") throw error;
  const gathering = "gatherCheckpoint, where processes saved into folders of their own";
  throw new MtfError(error.code, sentenceOf(error), { ...error.details, try: [gathering] });
}

function missing(name: string, names: readonly string[], folder: string): never {
  const near = nearest(name, names);
  throw new MtfError("bad-checkpoint", `${folder} has no tensor '${name}'.`, {
    ...(near !== undefined && { try: [near] }),
  });
}
