import { mkdir, readdir, rename, rm, stat, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { MtfError } from "../../errors.ts";
import { writeAtomically } from "./atomic.ts";
import { badFile } from "./bad-file.ts";
import { draftOf, removeDrafts } from "./draft.ts";
import { findTensor } from "./find.ts";
import { openSafetensors, type Safetensors } from "./open.ts";
import { readShards } from "./shards.ts";
import type { StoredTensor } from "./stored.ts";
import { bytesOfTensor, type TensorToWrite, type WriteOptions, writeSafetensors } from "./write.ts";

const single = "model.safetensors";
const index = "model.safetensors.index.json";

/** A tensor and the file it is in. */
export interface ModelTensor extends StoredTensor {
  readonly file: string;
}

/** The weights of a model, in one file or several. */
export interface ModelWeights extends Safetensors {
  readonly tensors: ReadonlyMap<string, ModelTensor>;
}

/**
 * Opens a model's weights: a folder with `model.safetensors` or an index of several files, such
 * an index, or a file.
 *
 * @throws MtfError `bad-file` if a file is missing or damaged, or does not hold what the index says
 * @example
 * const weights = await openModel("gpt-neo-125M");
 * weights.tensors.get("transformer.wte.weight"); // its dtype, shape, file and offset
 */
export async function openModel(path: string): Promise<ModelWeights> {
  const file = await weightsFile(path);
  const shards = file.endsWith(".json") ? await readShards(file) : new Map([[file, undefined]]);
  const open: Safetensors[] = [];
  const close = async (): Promise<void> => {
    for (const shard of open) await shard.close();
  };
  try {
    const tensors = new Map<string, ModelTensor>();
    const owners = new Map<string, Safetensors>();
    for (const [shardFile, names] of shards) {
      const shard = await openSafetensors(shardFile);
      open.push(shard);
      for (const name of names ?? shard.tensors.keys()) {
        const tensor = shard.tensors.get(name);
        if (!tensor) throw badFile(file, 0, `${basename(shardFile)} has no tensor '${name}'`);
        tensors.set(name, { ...tensor, file: shardFile });
        owners.set(name, shard);
      }
    }
    return {
      metadata: open[0]?.metadata,
      tensors,
      read: async (name, options) => findTensor(owners, name, file).read(name, options),
      bytes: (name) => findTensor(owners, name, file).bytes(name),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function weightsFile(path: string): Promise<string> {
  const isFolder = await stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );
  if (!isFolder) return path;
  for (const name of [single, index]) {
    if (await stat(join(path, name)).catch(() => undefined)) return join(path, name);
  }
  throw new MtfError("bad-file", `${path} holds no ${single} and no ${index}.`, { file: path });
}

export interface WriteModelOptions extends WriteOptions {
  /** Files larger than this are split, between tensors. By default there is one file. */
  readonly maxShardSize?: number;
}

/**
 * Writes a model's weights into a folder as Hugging Face names them, the index last, and removes
 * the files of an earlier model that no longer belong to it. Whenever it is stopped, the folder holds
 * the earlier model, the new one, or none: never files of both as one.
 *
 * @throws MtfError as `writeSafetensors` does
 * @example
 * await writeModel("out", tensors, { metadata: { format: "pt" }, maxShardSize: 5e9 });
 */
export async function writeModel(
  folder: string,
  tensors: readonly TensorToWrite[],
  options: WriteModelOptions = {},
): Promise<void> {
  const shards = planShards(tensors, options.maxShardSize ?? Number.POSITIVE_INFINITY);
  const names = shards.map((_, i) => shardName(i, shards.length));
  const weightMap: [string, string][] = [];
  for (const [i, shard] of shards.entries()) {
    for (const { name } of shard) weightMap.push([name, names[i]!]);
  }
  const taken: readonly string[] = await readdir(folder).catch(() => []);
  const replaces = shards.length > 1 && names.some((name) => taken.includes(name));
  await (replaces ? replaceShards : writeShards)(folder, names, shards, options);
  if (shards.length > 1) {
    const content = {
      metadata: {
        total_parameters: tensors.reduce((sum, t) => sum + volumeOf(t.shape), 0),
        total_size: tensors.reduce((sum, t) => sum + bytesOfTensor(t), 0),
      },
      weight_map: Object.fromEntries(weightMap.sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    await writeAtomically(join(folder, index), (file) =>
      file.write(`${JSON.stringify(content, null, 2)}\n`),
    );
  }
  const kept = new Set(shards.length > 1 ? [...names, index] : names);
  for (const name of await readdir(folder)) {
    const ours = name === single || name === index || /^model-\d+-of-\d+\.safetensors$/.test(name);
    if (ours && !kept.has(name)) await unlink(join(folder, name));
    const begun = /^\.(model(?:-\d+-of-\d+)?\.safetensors(?:\.index\.json)?)\..*\.tmp$/.exec(name);
    if (begun) await removeDrafts(join(folder, begun[1]!));
  }
}

/**
 * Writes shards over those of an earlier model. They wait under other names until all of them are on
 * disk; then the old index goes, for with a part of the new shards it would describe neither model.
 */
async function replaceShards(
  folder: string,
  names: readonly string[],
  shards: readonly (readonly TensorToWrite[])[],
  options: WriteOptions,
): Promise<void> {
  const draft = draftOf(join(folder, index));
  try {
    await mkdir(draft);
    await writeShards(draft, names, shards, options);
    await rm(join(folder, index), { force: true });
    for (const name of names) await rename(join(draft, name), join(folder, name));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function writeShards(
  folder: string,
  names: readonly string[],
  shards: readonly (readonly TensorToWrite[])[],
  options: WriteOptions,
): Promise<void> {
  for (const [i, shard] of shards.entries()) {
    await writeSafetensors(join(folder, names[i]!), shard, options);
  }
}

function planShards(tensors: readonly TensorToWrite[], most: number): TensorToWrite[][] {
  const shards: TensorToWrite[][] = [[]];
  let bytes = 0;
  for (const tensor of tensors) {
    const size = bytesOfTensor(tensor);
    if (bytes > 0 && bytes + size > most) {
      shards.push([]);
      bytes = 0;
    }
    shards.at(-1)!.push(tensor);
    bytes += size;
  }
  return shards;
}

function volumeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function shardName(i: number, count: number): string {
  if (count === 1) return single;
  const number = (n: number): string => String(n).padStart(5, "0");
  return `model-${number(i + 1)}-of-${number(count)}.safetensors`;
}
