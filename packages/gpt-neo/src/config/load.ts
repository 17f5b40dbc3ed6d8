import { existsSync } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseJson } from "../json.ts";
import type { Config } from "./config.ts";
import { textOf } from "./config-text.ts";
import { endsLeftOut } from "./ends.ts";
import { type ConfigSource, type FoundConfig, fromOurs, unnamed } from "./found.ts";
import { isNeoxConfig, readNeox } from "./neox/index.ts";
import { fromNeox, readSeveral } from "./neox-files.ts";
import { noConfig } from "./no-config.ts";
import { isOriginalConfig, parseOriginalConfig } from "./original.ts";
import type { DatasetFiles } from "./original-dataset.ts";
import { datasetNames } from "./original-datasets.ts";
import { presets } from "./presets.ts";
import { parseConfig } from "./schema.ts";
import { writtenKeys } from "./written.ts";

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
  if (!found) throw noConfig(fileOrPreset);
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
