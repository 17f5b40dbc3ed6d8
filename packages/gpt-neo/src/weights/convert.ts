import { copyFile, mkdir, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { MtfError } from "mtf";
import {
  draftOf,
  removeDrafts,
  rowBlocks,
  type StoredDType,
  type TensorToWrite,
  writeModel,
} from "mtf/checkpoint";
import { type Config, saveConfig } from "../config/index.ts";
import type { Note } from "../config/note.ts";
import { makeTokenizer, saveTokenizer, tokenizerSource } from "../tokenizer/index.ts";
import { type LoadOptions, loadWeights, type Weights } from "./load.ts";
import { roundToOdd } from "./narrow.ts";
import type { WeightTensor } from "./source.ts";

/** The element types that weights are written in. */
export type WeightType = "float32" | "float16" | "bfloat16";

export interface ConvertOptions extends LoadOptions {
  /** How numbers are stored; by default as they were. */
  readonly dtype?: WeightType;
  /** Files larger than this many bytes are split. */
  readonly maxShardSize?: number;
  /** Is told how many of all elements are written. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What a conversion read and wrote. */
export interface Converted {
  readonly from: Pick<
    Weights,
    "format" | "file" | "config" | "notes" | "step" | "ignored" | "unexpected"
  >;
  readonly folder: string;
  readonly tensors: number;
  readonly elements: number;
  readonly dtype: WeightType;
  /** Files that were taken over as they are. */
  readonly copied: readonly string[];
  /** The tokenizer that the config names, written because there was none beside the weights. */
  readonly tokenizer: string | undefined;
}

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
  "Adam's moments, which train --with-optimizer goes on with from the checkpoint itself",
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
 * @throws MtfError `bad-argument` if the folder holds something already; otherwise as `loadWeights`
 * @example
 * await convertWeights("gpt-neo-125M", "out", { dtype: "bfloat16" });
 */
export async function convertWeights(
  from: string,
  to: string,
  options: ConvertOptions = {},
): Promise<Converted> {
  const folder = resolve(to);
  await checkEmpty(folder, to);
  const weights = await loadWeights(from, options);
  const draft = draftOf(folder);
  try {
    await removeDrafts(folder);
    await mkdir(draft, { recursive: true });
    const tensors = [...weights.tensors.values()];
    const elements = tensors.reduce((sum, { shape }) => sum + volume(shape), 0);
    let done = 0;
    const progress = (count: number): void => {
      done += count;
      options.onProgress?.(done, elements);
    };
    const toWrite = tensors.map((t) => toBeWritten(weights, t, options.dtype, progress));
    await writeModel(draft, toWrite, {
      metadata: { format: "pt" },
      ...(options.maxShardSize !== undefined && { maxShardSize: options.maxShardSize }),
    });
    const copied = await copyCompanions(dirname(weights.file), draft);
    const tokenizer = copied.some((name) => tokenizerFiles.includes(name))
      ? {}
      : await writeTokenizer(draft, weights.config);
    const dtype = commonType(toWrite);
    await saveConfig(draft, withType(weights.config, dtype));
    await publish(draft, folder);
    const { format, file, config, step, unexpected } = weights;
    const notes = tokenizer.note ? [...weights.notes, tokenizer.note] : weights.notes;
    const ignored = weights.moments ? [...weights.ignored, moments] : weights.ignored;
    return {
      from: { format, file, config, notes, step, ignored, unexpected },
      folder: to,
      tensors: tensors.length,
      elements,
      dtype,
      copied,
      tokenizer: tokenizer.name,
    };
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  } finally {
    await weights.close();
  }
}

function toBeWritten(
  weights: Weights,
  { name, dtype: before, shape }: WeightTensor,
  wanted: WeightType | undefined,
  progress: (elements: number) => void,
): TensorToWrite {
  const kept: StoredDType = before === "F16" || before === "BF16" ? before : "F32";
  const dtype = wanted === undefined ? kept : stored[wanted];
  async function* data(): AsyncGenerator<Float32Array> {
    for (const box of rowBlocks(shape, pieceElements)) {
      const values =
        before === "F64" && dtype !== "F32"
          ? roundToOdd(await weights.read(name, { box, as: "float64" }))
          : await weights.read(name, { box, as: "float32" });
      yield values;
      progress(values.length);
    }
  }
  return { name, dtype, shape, data };
}

/** The config's word for the type of most weights. */
function commonType(tensors: readonly TensorToWrite[]): WeightType {
  const types = Object.keys(stored) as WeightType[];
  return types.find((type) => tensors.every((t) => t.dtype === stored[type])) ?? "float32";
}

function withType(config: Config, dtype: WeightType): Config {
  const { torch_dtype: _, ...other } = config.other;
  return { ...config, other: { ...other, dtype } };
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

async function checkEmpty(folder: string, name: string): Promise<void> {
  const found = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    const sentence = `${name} is no folder that can be written: ${error.message}.`;
    throw new MtfError("bad-argument", sentence, { file: name });
  });
  if (found.length === 0) return;
  throw new MtfError("bad-argument", `${name} is not empty.`, {
    evidence: [["holds", found.slice(0, 5).join(", ")]],
    try: ["--to with a new folder"],
    file: name,
  });
}

/** Not every system renames a folder onto an empty one. */
async function publish(draft: string, folder: string): Promise<void> {
  await rmdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(draft, folder);
}

function volume(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
