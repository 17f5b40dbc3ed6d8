import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomically } from "mtf/files";
import { printPythonJson } from "../python-json.ts";
import { unusualOf } from "./architecture.ts";
import type { Config } from "./config.ts";
import { floatKeys } from "./keys.ts";

/** The release whose config has these keys. */
const transformersVersion = "5.23.0";

/**
 * The config as Hugging Face's `config.json` has it: the same keys, none of the sections.
 *
 * @example
 * toHuggingFace(config).hidden_size; // 768
 */
export function toHuggingFace(config: Config): Readonly<Record<string, unknown>> {
  const { other, architecture: _a, training: _t, more_eos_token_ids: more, ...model } = config;
  const all: Record<string, unknown> = {
    classifier_dropout: 0.1,
    dtype: "float32",
    transformers_version: transformersVersion,
    use_cache: true,
    ...other,
    ...model,
    ...(more.length > 0 && { eos_token_id: [model.eos_token_id, ...more] }),
  };
  // The older name of `dtype`; one of the two is enough.
  if (other.torch_dtype !== undefined && other.dtype === undefined) delete all.dtype;
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The config as a file of ours: Hugging Face's keys, `training`, and `architecture` where it is not
 * GPT-Neo's. `loadConfig` reads it back.
 *
 * @example
 * await writeFile("mine.json", JSON.stringify(toJson(config), null, 2));
 */
export function toJson(config: Config): Readonly<Record<string, unknown>> {
  const architecture = unusualOf(config.architecture);
  return {
    ...toHuggingFace(config),
    ...(Object.keys(architecture).length > 0 && { architecture }),
    training: config.training,
  };
}

/** What a model's folder has of `training`: the context, where the model has more positions. */
export function trainedPart({
  training: { context },
  max_position_embeddings: positions,
}: Config): Readonly<Record<string, unknown>> {
  return context < positions ? { training: { context } } : {};
}

/**
 * Writes `config.json` into a model's folder, for Hugging Face and for `loadConfig`. A model that was
 * trained on fewer tokens at once than it has positions says so in `training`: its other positions are
 * as they were, and text that goes beyond is predicted badly.
 *
 * @throws MtfError `bad-file` if it cannot be written
 * @example
 * await saveConfig("models/mine", await loadConfig("125M"));
 */
export async function saveConfig(folder: string, config: Config): Promise<void> {
  await mkdir(folder, { recursive: true });
  const text = printFloats(printPythonJson({ ...toHuggingFace(config), ...trainedPart(config) }));
  await writeAtomically(join(folder, "config.json"), (file) => file.write(`${text}\n`));
}

/** The config of weights that are written in a type. */
export function withDtype(config: Config, dtype: "float32" | "float16" | "bfloat16"): Config {
  const { torch_dtype: _, ...other } = config.other;
  return { ...config, other: { ...other, dtype } };
}

const floats = new RegExp(`^( *"(?:${floatKeys.join("|")})": -?\\d+)(,?)$`, "gm");

/**
 * JSON in lines with a decimal point in every number that Python is to read as a float: JavaScript
 * writes 1.0 as 1, which Hugging Face's library takes for an int and refuses.
 */
function printFloats(json: string): string {
  return json.replace(floats, "$1.0$2");
}
