import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MtfError } from "mtf";
import { nearest } from "mtf/files";
import { isObject, parseJson } from "../json.ts";
import { optionsInWords } from "../options-in-words.ts";
import { readSmallFile } from "../small-file.ts";
import { makeTokenizer, tokenizerSource } from "../tokenizer/index.ts";
import type { Config } from "./config.ts";
import { endKeys, endsBeyond, endsLeftOut, type LeftOut } from "./ends.ts";
import { toJson } from "./hugging-face.ts";
import { type Entry, isNeoxConfig, parseNeox, readNeox, tokenizerFileOf } from "./neox/index.ts";
import type { Note } from "./note.ts";
import { isOriginalConfig, parseOriginalConfig } from "./original.ts";
import type { DatasetFiles } from "./original-dataset.ts";
import { datasetNames } from "./original-datasets.ts";
import { presets } from "./presets.ts";
import { harmlessNotes, parseConfig } from "./schema.ts";
import { unsaidSize } from "./unsaid-size.ts";
import { type WrittenConfig, writtenKeys } from "./written.ts";

/** Whose keys a config is written with. */
export type ConfigFormat = "preset" | "gpt-neo" | "original" | "neox";

/** The name of a preset, a file of whatever format, a model's folder, or a config as it is written. */
export type ConfigSource = string | WrittenConfig;

/** What a config is called that is in no file. */
const unnamed = "config";

/** A config as it was found. */
export interface FoundConfig {
  readonly config: Config;
  readonly format: ConfigFormat;
  /** The name of the preset, or the file; `config` for one that a program has written. */
  readonly source: string;
  /** What became of keys that have no place here. */
  readonly notes: readonly Note[];
  /** What it does not write, and a tokenizer decides; until then there is a default. */
  readonly leftOut: readonly LeftOut[];
  /** Whether it says anything of training; else that part is all defaults. */
  readonly trains: boolean;
}

/**
 * A config by the name of a preset, from a file of whatever format, from a model's folder, or as it is
 * written here, with what is to be said about it. A config of NeoX's may be in several files, with
 * commas between their names.
 *
 * @throws MtfError `bad-argument` with all problems of the config, or if there is no such preset
 * or file; `bad-file` if the file is damaged
 * @example
 * const { config, notes } = await readConfig("configs/gpt3_XL_256_Pile.json");
 */
export async function readConfig(fileOrPreset: ConfigSource): Promise<FoundConfig> {
  if (typeof fileOrPreset !== "string") return fromOurs(writtenKeys(fileOrPreset), unnamed);
  if (Object.hasOwn(presets, fileOrPreset)) {
    const preset = presets[fileOrPreset]!;
    const config = parseConfig(preset, `preset ${fileOrPreset}`);
    const leftOut = endsLeftOut(preset, config.vocab_size);
    return { config, format: "preset", source: fileOrPreset, notes: [], leftOut, trains: true };
  }
  const found = await stat(fileOrPreset).catch(() => undefined);
  if (!found && fileOrPreset.includes(",")) return readSeveral(fileOrPreset);
  if (!found) throw neither(fileOrPreset);
  const file = found.isDirectory() ? join(fileOrPreset, "config.json") : fileOrPreset;
  const text = await textOf(file);
  if (/\.ya?ml$/i.test(file)) return fromNeox(readNeox(text, file), file);
  const value = parseJson(text, file);
  if (isNeoxConfig(value)) return fromNeox(readNeox(text, file), file);
  if (isOriginalConfig(value)) {
    const files = await datasetFiles(value, file);
    const read = parseOriginalConfig(value, file, files);
    return { ...read, format: "original", source: file, trains: true };
  }
  return fromOurs(value, file);
}

/**
 * The config of a model with what another file says over it, key by key, where that is of the same
 * format; one of another format is a config of its own.
 *
 * @param own the model's `config.json`
 * @throws MtfError as `readConfig`
 * @example
 * await readConfigOver("gpt-neo-125M/config.json", "dropout.json"); // { "resid_dropout": 0.1 }
 */
export async function readConfigOver(own: string, file: ConfigSource): Promise<FoundConfig> {
  if (typeof file !== "string") return over(parseJson(await textOf(own), own), own, file);
  const keys = await ourKeysIn(file);
  return keys ? over(parseJson(await textOf(own), own), own, keys, file) : readConfig(file);
}

/** Keys of a config as they are written, of which some may be missing. */
export type Keys = Readonly<Record<string, unknown>>;

/**
 * The config that a run remembers, with what another says over it, key by key. One of another format is
 * a config of its own, but for what a run has and it may not say.
 *
 * @param own all keys of the run's
 * @param where what errors call them
 * @throws MtfError as `readConfig`
 */
export async function readConfigOfRun(
  own: Keys,
  where: string,
  given: ConfigSource | undefined,
): Promise<FoundConfig> {
  if (given === undefined) return { ...fromOurs(own, where), notes: [] };
  if (typeof given !== "string") return over(own, where, given);
  if (Object.hasOwn(presets, given)) return over(own, where, presets[given]!, given);
  const found = await stat(given).catch(() => undefined);
  const file = found?.isDirectory() ? join(given, "config.json") : given;
  const keys = found && (await ourKeysIn(file));
  if (keys) return over(own, where, keys, file);
  const other = await readConfig(given);
  const before = asObject(own.training);
  const unsaid = leftToRun.filter((key) => other.config.training[key] === null);
  const left = Object.fromEntries(unsaid.map((key) => [key, before[key]]));
  const training = { ...other.config.training, ...left };
  return { ...other, config: parseConfig({ ...toJson(other.config), training }, other.source) };
}

/** What a config of others may not say; all else has a value there, written or not. */
const leftToRun = ["data", "validation_data", "tokenizer", "mesh", "layout", "storage"] as const;

/** The keys of a JSON file of ours, or of Hugging Face's; undefined for any other format. */
async function ourKeysIn(file: string): Promise<Keys | undefined> {
  const isFile = (await stat(file).catch(() => undefined))?.isFile() === true;
  if (!isFile || /\.ya?ml$/i.test(file)) return undefined;
  const value = parseJson(await textOf(file), file);
  const isOther = isNeoxConfig(value) || isOriginalConfig(value);
  return isOther || !isObject(value) ? undefined : value;
}

function over(below: unknown, own: string, config: WrittenConfig, name = unnamed): FoundConfig {
  const above = writtenKeys(config);
  const found = fromOurs(merged(asObject(below), above), `${name} over ${own}`);
  return { ...found, notes: found.notes.filter(([key]) => key in above) };
}

/** Sections whose keys are merged, too. */
const sections = ["training", "architecture", "original"];

function merged(below: Keys, above: Keys): Keys {
  const inner = sections.filter((key) => key in below || key in above);
  // Two ways to say the same: what the other file says holds.
  const { attention_layers, ...rest } = below;
  const kept = "attention_types" in above || attention_layers === undefined ? rest : below;
  return {
    ...kept,
    ...above,
    ...Object.fromEntries(
      inner.map((key) => [key, { ...asObject(below[key]), ...asObject(above[key]) }]),
    ),
  };
}

function asObject(value: unknown): Keys {
  return isObject(value) ? value : {};
}

function fromOurs(value: unknown, file: string): FoundConfig {
  const config = parseConfig(value, file);
  const written = value as Readonly<Record<string, unknown>>;
  // The context alone is what a model's folder says of the training behind it.
  const trains = Object.keys(written.training ?? {}).some((key) => key !== "context");
  return {
    config,
    format: "gpt-neo",
    source: file,
    notes: [
      ...harmlessNotes(written),
      ...endsBeyond(written, config.vocab_size),
      ...unsaidSize(written, config),
    ],
    leftOut: endsLeftOut(written, config.vocab_size),
    trains,
  };
}

/**
 * A config by the name of a preset, from a file of whatever format, from a model's folder, or as it is
 * written here.
 *
 * @throws MtfError as `readConfig`
 * @example
 * const config = await loadConfig("125M");
 */
export async function loadConfig(fileOrPreset: ConfigSource): Promise<Config> {
  return (await readConfig(fileOrPreset)).config;
}

/** Several files are NeoX's: of no other format one config is made of parts. */
async function readSeveral(names: string): Promise<FoundConfig> {
  const files = names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (files.length === 0) throw neither(names);
  const preset = files.find((file) => Object.hasOwn(presets, file) && !existsSync(file));
  if (preset !== undefined) throw joined(names, `${preset} is a preset`, preset);
  const entries = [];
  for (const file of files) {
    const text = await textOf(file);
    if (isOurs(text)) throw joined(names, `${file} is a config of another format`, file);
    entries.push(...readNeox(text, file));
  }
  return fromNeox(entries, files.join(", "));
}

/** Whether the text of a file is a config as ours are, whose keys NeoX has not. */
function isOurs(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && ("training" in value || "model_type" in value);
  } catch {
    return false;
  }
}

function joined(names: string, why: string, one: string): MtfError {
  return new MtfError("bad-argument", `'${names}' is no config: ${why}.`, {
    evidence: [["commas", "are between the files of one config of GPT-NeoX's"]],
    try: [
      optionsInWords({ config: one }),
      `${optionsInWords({ config: one, set: { warmup_steps: 50 } })} for keys of its "training"`,
    ],
  });
}

/**
 * The files that an original config refers to. The original looked for dataset configs where it was
 * started, and so may be started anywhere here if they lie beside the config.
 */
async function datasetFiles(
  keys: Readonly<Record<string, unknown>>,
  file: string,
): Promise<DatasetFiles> {
  const configs: Record<string, unknown> = {};
  for (const name of datasetNames(keys)) {
    for (const folder of [dirname(file), "configs"]) {
      const path = join(folder, "dataset_configs", `${name}.json`);
      if (Object.hasOwn(configs, name) || !existsSync(path)) continue;
      configs[name] = parseJson(await textOf(path), path);
    }
  }
  return { configs, exists: existsSync };
}

/** What the tokenizer's file has to say about the size of the vocabulary is read with it. */
async function fromNeox(entries: readonly Entry[], source: string): Promise<FoundConfig> {
  const file = tokenizerFileOf(entries);
  const tokenizer =
    file !== undefined && existsSync(file)
      ? makeTokenizer(await tokenizerSource(file, "vocab_file"))
      : undefined;
  const { config, notes, sized } = parseNeox(entries, source, tokenizer?.vocabSize);
  const leftOut: readonly LeftOut[] = sized ? endKeys : [...endKeys, "vocab_size"];
  return { config, format: "neox", source, notes, leftOut, trains: true };
}

/** Many times as much as any config has. */
const longestConfig = 16 << 20;

function textOf(file: string): Promise<string> {
  return readSmallFile(file, longestConfig);
}

function neither(name: string): MtfError {
  const names = Object.keys(presets);
  const near = nearest(name, names);
  return new MtfError("bad-argument", `'${name}' is neither a preset nor a file.`, {
    evidence: [["presets", names.join(", ")]],
    ...(near !== undefined && { try: [near] }),
  });
}
