import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isObject, parseJson } from "../json.ts";
import { textOf } from "./config-text.ts";
import { type ConfigSource, type FoundConfig, fromOurs, unnamed } from "./found.ts";
import { toJson } from "./hugging-face.ts";
import { readConfig } from "./load.ts";
import { isNeoxConfig } from "./neox/index.ts";
import { isOriginalConfig } from "./original.ts";
import { presets } from "./presets.ts";
import { parseConfig } from "./schema.ts";
import { type WrittenConfig, writtenKeys } from "./written.ts";

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
