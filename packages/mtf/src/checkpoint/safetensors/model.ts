import { readdir, rm, stat, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { numberArgument, optionsArgument, textArgument } from "../../arguments.ts";
import { MtfError } from "../../errors.ts";
import { volumeOf } from "../../shape.ts";
import { writeAtomically } from "./atomic.ts";
import { badFile } from "./bad-file.ts";
import { removeDraftsIn } from "./draft.ts";
import { findTensor } from "./find.ts";
import { openSafetensors, type Safetensors } from "./open.ts";
import { readShards } from "./shards.ts";
import type { StoredTensor } from "./stored.ts";
import {
  bytesOfTensor,
  type TensorToWrite,
  tensorsArgument,
  type WriteOptions,
  writeSafetensors,
} from "./write.ts";

const single = "model.safetensors";
const index = "model.safetensors.index.json";

/** A tensor and the file it is in. */
export interface ModelTensor extends StoredTensor {
  readonly file: string;
  /** What tells the file from another that takes its place: see `FileSource`. */
  readonly stamp: string | undefined;
}

/** The weights of a model, in one file or several. */
export interface ModelWeights extends Omit<Safetensors, "stamp"> {
  readonly tensors: ReadonlyMap<string, ModelTensor>;
}

export interface OpenModelOptions {
  /** Which of the names of an index may be in no file: a tensor that is tied to another. */
  readonly mayLack?: ((name: string) => boolean) | undefined;
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
export async function openModel(
  path: string,
  options: OpenModelOptions = {},
): Promise<ModelWeights> {
  textArgument("openModel", "path", path);
  optionsArgument("openModel", "options", options, ["mayLack"]);
  const { mayLack = () => false } = options;
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
        if (!tensor && mayLack(name)) continue;
        if (!tensor) throw badFile(file, 0, `${basename(shardFile)} has no tensor '${name}'`);
        tensors.set(name, { ...tensor, file: shardFile, stamp: shard.stamp });
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
  readonly maxShardSize?: number | undefined;
}

/**
 * Writes a model's weights into a folder as Hugging Face names them, the index last, and removes
 * the files of an earlier model that no longer belong to it. Whenever it is stopped, the folder holds
 * the earlier model or the new one, never files of both as one: shards lie beside those of an
 * earlier model, under names that it has not taken, until the index changes.
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
  textArgument("writeModel", "folder", folder);
  tensorsArgument("writeModel", tensors);
  const { maxShardSize = Number.POSITIVE_INFINITY, ...writing } = options;
  const shards = planShards(tensors, numberArgument("writeModel", "maxShardSize", maxShardSize));
  if (shards.length === 1) {
    await writeSafetensors(join(folder, single), tensors, writing);
    return removeOthers(folder, new Set([single]));
  }
  const names = freeNames(shards.length, await filesOf(join(folder, index)));
  try {
    for (const [i, shard] of shards.entries()) {
      await writeSafetensors(join(folder, names[i]!), shard, writing);
    }
    const text = `${JSON.stringify(indexOf(shards, names), null, 2)}\n`;
    await writeAtomically(join(folder, index), (file) => file.write(text));
  } catch (error) {
    for (const name of names) await rm(join(folder, name), { force: true }).catch(() => {});
    throw error;
  }
  await removeOthers(folder, new Set([...names, index]));
}

function indexOf(shards: readonly (readonly TensorToWrite[])[], names: readonly string[]): object {
  const tensors = shards.flat();
  const map = shards.flatMap((shard, i) => shard.map(({ name }) => [name, names[i]!] as const));
  return {
    metadata: {
      total_parameters: tensors.reduce((sum, t) => sum + volumeOf(t.shape), 0),
      total_size: tensors.reduce((sum, t) => sum + bytesOfTensor(t), 0),
    },
    weight_map: Object.fromEntries(map.sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** The files that an index names; none where there is no index, or one that nobody can read. */
async function filesOf(file: string): Promise<readonly string[]> {
  const shards = await readShards(file).catch(() => new Map<string, never>());
  return [...shards.keys()].map((path) => basename(path));
}

/** The one file comes before an index for whoever looks for a model, so it goes first. */
async function removeOthers(folder: string, kept: ReadonlySet<string>): Promise<void> {
  const others = (await readdir(folder)).filter((name) => isOurs(name) && !kept.has(name));
  const order = (name: string): number => [single, index, name].indexOf(name);
  for (const name of others.sort((a, b) => order(a) - order(b))) await unlink(join(folder, name));
  await removeDraftsIn(folder, isOurs);
}

function isOurs(name: string): boolean {
  return name === single || name === index || /^model(-\d+)?-\d+-of-\d+\.safetensors$/.test(name);
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

/** The usual names, or with a number in them where an earlier model has files of these names. */
function freeNames(count: number, taken: readonly string[]): readonly string[] {
  const digits = (n: number): string => String(n).padStart(5, "0");
  for (let again = 1; ; again++) {
    const begin = again === 1 ? "model" : `model-${again}`;
    const names = Array.from({ length: count }, (_, i) => {
      return `${begin}-${digits(i + 1)}-of-${digits(count)}.safetensors`;
    });
    if (!names.some((name) => taken.includes(name))) return names;
  }
}
