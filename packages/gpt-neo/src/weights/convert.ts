import { copyFile, lstat, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { MtfError } from "mtf";
import { type StoredDType, type TensorToWrite, writeModel } from "mtf/checkpoint";
import { cannotWrite, draftOf, removeDrafts, rowBlocks, volumeOf } from "mtf/files";
import { type Config, saveConfig, withDtype } from "../config/index.ts";
import type { Note } from "../config/note.ts";
import { asGivenBy } from "../damaged-checkpoint.ts";
import { makeFolder, namesIn, removeMade } from "../make-folder.ts";
import { makeTokenizer, saveTokenizer, tokenizerSource } from "../tokenizer/index.ts";
import { homeOf } from "./home.ts";
import { type LoadOptions, loadWeights, type Weights } from "./load.ts";
import { roundToOdd } from "./narrow.ts";
import { clampOverflows, countNotFinite, countOverflows } from "./overflow.ts";
import type { WeightTensor } from "./source.ts";

/** The element types that weights are written in. */
export type WeightType = "float32" | "float16" | "bfloat16";

export interface ConvertOptions extends LoadOptions {
  /** How numbers are stored; by default as they were. */
  readonly dtype?: WeightType;
  /** Files larger than this many bytes are split. */
  readonly maxShardSize?: number;
  /** Numbers too large for that type become its largest one, where they are an error otherwise. */
  readonly clamp?: boolean;
  /** Is told how many of all elements are written. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a conversion read and wrote. */
export interface Converted {
  readonly from: Pick<
    Weights,
    "format" | "file" | "config" | "notes" | "step" | "ignored" | "unexpected" | "prefix"
  >;
  readonly folder: string;
  readonly tensors: number;
  readonly elements: number;
  readonly dtype: WeightType;
  /** Files that were taken over as they are. */
  readonly copied: readonly string[];
  /** The tokenizer that the config names, written because there was none beside the weights. */
  readonly tokenizer: string | undefined;
  /** Tensors with numbers that were too large for the type, and how many of each. */
  readonly clamped: Overflows;
  /** Tensors with numbers that are NaN or infinite, and how many of each: they are written as they are. */
  readonly notFinite: Overflows;
}

/** Tensors with how many of their numbers are out of what there should be. */
type Overflows = readonly (readonly [name: string, count: number])[];

/** Files beside a model's weights that make up its tokenizer. */
const tokenizerFiles = [
  "tokenizer.json",
  "tokenizer_config.json",
  "vocab.json",
  "merges.txt",
  "special_tokens_map.json",
  "added_tokens.json",
];

/** Files beside a model's weights that belong to it. */
const companions = [...tokenizerFiles, "generation_config.json"];

/** As many elements as are in memory at a time: 4 MiB of float32. */
const pieceElements = 1 << 20;

/** What is said of an optimizer's state: a Hugging Face folder has no place for it. */
const moments = [
  "*/adam_m and */adam_v",
  "Adam's moments, which training with `withOptimizer` goes on with from the checkpoint itself",
] as const;

const stored: Readonly<Record<WeightType, StoredDType>> = {
  float32: "F32",
  float16: "F16",
  bfloat16: "BF16",
};

/**
 * Writes a GPT-Neo of any kind as a Hugging Face folder, as a whole or not at all, with a piece of
 * a tensor in memory at a time.
 *
 * @throws MtfError `bad-argument` if the folder holds something already, or if numbers are too large
 * for the type and are not to be clamped; otherwise as `loadWeights`
 * @example
 * await convertWeights("gpt-neo-125M", "out", { dtype: "bfloat16" });
 */
export async function convertWeights(
  from: string,
  to: string,
  options: ConvertOptions = {},
): Promise<Converted> {
  return converted(from, to, options).catch((error: unknown) => {
    throw asGivenBy("from", error);
  });
}

async function converted(from: string, to: string, options: ConvertOptions): Promise<Converted> {
  const folder = await realFolder(to);
  await checkEmpty(to);
  const weights = await loadWeights(from, options);
  const draft = draftOf(folder);
  let made: string | undefined;
  try {
    await removeDrafts(folder);
    made = await makeFolder(draft);
    const tensors = [...weights.tensors.values()];
    const elements = tensors.reduce((sum, { shape }) => sum + volumeOf(shape), 0);
    let done = 0;
    const progress = (count: number): void => {
      done += count;
      options.onProgress?.(done, elements);
    };
    const clamped: [string, number][] = [];
    const notFinite: [string, number][] = [];
    const told = { progress, clamped, notFinite };
    const toWrite = tensors.map((t) => toBeWritten(weights, t, options, told));
    await writeModel(draft, toWrite, {
      metadata: { format: "pt" },
      ...(options.maxShardSize !== undefined && { maxShardSize: options.maxShardSize }),
    });
    if (clamped.length > 0 && !options.clamp) throw tooLarge(clamped, options.dtype ?? "float32");
    const copied = await copyCompanions(homeOf(weights.file), draft);
    const tokenizer = copied.some((name) => tokenizerFiles.includes(name))
      ? {}
      : await writeTokenizer(draft, weights.config);
    const dtype = commonType(toWrite);
    await saveConfig(draft, withDtype(weights.config, dtype));
    await publish(draft, folder);
    const { format, file, config, step, unexpected, prefix } = weights;
    const notes = tokenizer.note ? [...weights.notes, tokenizer.note] : weights.notes;
    const ignored = weights.moments ? [...weights.ignored, moments] : weights.ignored;
    return {
      from: { format, file, config, notes, step, ignored, unexpected, prefix },
      folder: to,
      tensors: tensors.length,
      elements,
      dtype,
      copied,
      tokenizer: tokenizer.name,
      clamped,
      notFinite,
    };
  } catch (error) {
    // What kept it from being written may keep it from being removed: the first is what to tell.
    await rm(draft, { recursive: true, force: true }).catch(() => undefined);
    await removeMade(dirname(draft), made);
    throw error;
  } finally {
    await weights.close();
  }
}

function toBeWritten(
  weights: Weights,
  { name, dtype: before, shape }: WeightTensor,
  { dtype: wanted, clamp }: ConvertOptions,
  told: {
    readonly progress: (elements: number) => void;
    readonly clamped: [string, number][];
    readonly notFinite: [string, number][];
  },
): TensorToWrite {
  const kept: StoredDType = before === "F16" || before === "BF16" ? before : "F32";
  const dtype = wanted === undefined ? kept : stored[wanted];
  const type = typeOf(dtype);
  async function* data(): AsyncGenerator<Float32Array> {
    let [tooLarge, notFinite] = [0, 0];
    for (const box of rowBlocks(shape, pieceElements)) {
      const as = before === "F64" ? "float64" : "float32";
      const values = await weights.read(name, { box, as });
      notFinite += countNotFinite(values);
      if (dtype !== before) {
        const count = countOverflows(values, type);
        if (count > 0 && clamp) clampOverflows(values, type);
        tooLarge += count;
      }
      if (values instanceof Float32Array) yield values;
      else yield dtype === "F32" ? Float32Array.from(values) : roundToOdd(values);
      told.progress(values.length);
    }
    if (notFinite > 0) told.notFinite.push([name, notFinite]);
    if (tooLarge > 0) told.clamped.push([name, tooLarge]);
  }
  return { name, dtype, shape, data };
}

function tooLarge(found: Overflows, type: WeightType): MtfError {
  const shown = found
    .slice(0, 10)
    .map(([name, count]) => [name, `${count} ${count === 1 ? "value" : "values"}`] as const);
  const more = found.length - shown.length;
  const total = found.reduce((sum, [, count]) => sum + count, 0);
  const told = `${total} ${total === 1 ? "value is" : "values are"} too large for ${type}`;
  return new MtfError("bad-argument", `${told}: nothing is written.`, {
    evidence: more > 0 ? [...shown, ["…", `${more} more tensors`]] : shown,
    try: [
      ...(type === "float16" ? ['`dtype: "bfloat16"`, which has the range of float32'] : []),
      ...(type === "bfloat16" ? ['`dtype: "float32"`'] : []),
      "`clamp: true`, which makes them the largest number there is",
    ],
    tensors: found.map(([name]) => name),
  });
}

function typeOf(dtype: StoredDType): WeightType {
  return dtype === "F16" ? "float16" : dtype === "BF16" ? "bfloat16" : "float32";
}

/** The config's word for the type of most weights. */
function commonType(tensors: readonly TensorToWrite[]): WeightType {
  const types = Object.keys(stored) as WeightType[];
  return types.find((type) => tensors.every((t) => t.dtype === stored[type])) ?? "float32";
}

async function copyCompanions(from: string, to: string): Promise<readonly string[]> {
  const copied: string[] = [];
  for (const name of companions) {
    const found = await stat(join(from, name)).catch(() => undefined);
    if (!found?.isFile()) continue;
    await copyFile(join(from, name), join(to, name));
    copied.push(name);
  }
  return copied;
}

/** Writes the tokenizer that a config names. Weights are no worse where it is not to be had. */
async function writeTokenizer(
  folder: string,
  config: Config,
): Promise<{ readonly name?: string; readonly note?: Note }> {
  const name = config.training.tokenizer;
  if (name === null) return {};
  const because = (reason: string) => ({
    note: ["tokenizer", `is ${name}, of which nothing is written: ${reason}`] as const,
  });
  try {
    const tokenizer = makeTokenizer(await tokenizerSource(name, "training.tokenizer"));
    if (tokenizer.vocabSize > config.vocab_size) {
      return because(
        `its ${tokenizer.vocabSize} ids are more than vocab_size ${config.vocab_size}`,
      );
    }
    await saveTokenizer(folder, tokenizer, config.training.context);
    return { name };
  } catch (error) {
    if (!(error instanceof MtfError)) throw error;
    return because(error.message.split("\n")[0]!);
  }
}

async function checkEmpty(name: string): Promise<void> {
  const found = await namesIn(name);
  if (found.length === 0) return;
  throw new MtfError("bad-argument", `${name} is not empty.`, {
    evidence: [["holds", found.slice(0, 5).join(", ")]],
    try: ["another folder to write to"],
    file: name,
  });
}

/** Where a path leads: a link can be no folder's place, what it leads to can. */
async function realFolder(path: string): Promise<string> {
  return realpath(path).catch(async () => {
    // Nothing is there, or a link to nothing.
    if (await lstat(path).catch(() => undefined)) await makeFolder(path);
    return resolve(path);
  });
}

/** Not every system renames a folder onto an empty one. */
async function publish(draft: string, folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw cannotWrite(folder, error);
  });
  await rename(draft, folder).catch((error: unknown) => {
    throw cannotWrite(folder, error);
  });
}
