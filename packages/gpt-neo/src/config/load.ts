import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MtfError } from "mtf";
import { nearest } from "mtf/files";
import { isObject, parseJson } from "../json.ts";
import { readSmallFile } from "../small-file.ts";
import { makeTokenizer, tokenizerSource } from "../tokenizer/index.ts";
import type { Config } from "./config.ts";
import { endKeys, endsBeyond, endsLeftOut, type LeftOut } from "./ends.ts";
import { type Entry, isNeoxConfig, parseNeox, readNeox, tokenizerFileOf } from "./neox/index.ts";
import type { Note } from "./note.ts";
import { isOriginalConfig, parseOriginalConfig } from "./original.ts";
import type { DatasetFiles } from "./original-dataset.ts";
import { datasetNames } from "./original-datasets.ts";
import { presets } from "./presets.ts";
import { harmlessNotes, parseConfig } from "./schema.ts";
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
  const isFile = (await stat(file).catch(() => undefined))?.isFile() === true;
  if (!isFile || /\.ya?ml$/i.test(file)) return readConfig(file);
  const [below, above] = [parseJson(await textOf(own), own), parseJson(await textOf(file), file)];
  const isOther = isNeoxConfig(above) || isOriginalConfig(above);
  if (isOther || !isObject(above) || !isObject(below)) return readConfig(file);
  return fromOurs(merged(below, above), `${file} over ${own}`);
}

function over(below: unknown, own: string, config: WrittenConfig): FoundConfig {
  return fromOurs(merged(asObject(below), writtenKeys(config)), `${unnamed} over ${own}`);
}

type Keys = Readonly<Record<string, unknown>>;

function merged(below: Keys, above: Keys): Keys {
  const training = { ...asObject(below.training), ...asObject(above.training) };
  return { ...below, ...above, training };
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
    notes: [...harmlessNotes(written), ...endsBeyond(written, config.vocab_size)],
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
  const entries = [];
  for (const file of files) entries.push(...readNeox(await textOf(file), file));
  return fromNeox(entries, files.join(", "));
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
