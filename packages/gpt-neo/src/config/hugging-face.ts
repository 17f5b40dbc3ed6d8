import { join } from "node:path";
import { writeAtomically } from "mtf/files";
import { makeFolder } from "../make-folder.ts";
import { printPythonJson } from "../python-json.ts";
import { unusualOf, usualArchitecture } from "./architecture.ts";
import type { Config } from "./config.ts";
import { architectureIn } from "./dialects/in-our-words.ts";
import { dialectOf } from "./dialects/index.ts";
import { floatKeys } from "./keys.ts";
import { unusualParts } from "./original-parts.ts";

/** The release whose config has these keys. */
const transformersVersion = "5.23.0";

/**
 * The config as Hugging Face's `config.json` has it: the same keys, none of the sections.
 *
 * @example
 * toHuggingFace(config).hidden_size; // 768
 */
export function toHuggingFace(config: Config): Readonly<Record<string, unknown>> {
  const { other, more_eos_token_ids: more } = config;
  const model = modelKeys(config);
  const all: Record<string, unknown> = {
    ...(config.model_type === "gpt_neo" && { classifier_dropout: 0.1 }),
    dtype: "float32",
    transformers_version: transformersVersion,
    use_cache: true,
    ...other,
    ...model,
    ...(more.length > 0 && { eos_token_id: [config.eos_token_id, ...more] }),
  };
  // The older name of `dtype`; one of the two is enough.
  if (other.torch_dtype !== undefined && other.dtype === undefined) delete all.dtype;
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The keys that say what the model is, in the words of its architecture. */
function modelKeys(config: Config): Readonly<Record<string, unknown>> {
  const { other: _o, architecture: _a, original: _p, training: _t, ...rest } = config;
  const { more_eos_token_ids: _m, ...own } = rest;
  const dialect = dialectOf(config.model_type);
  if (!dialect) return own;
  return {
    ...dialect.write(config),
    architectures: config.architectures,
    bos_token_id: config.bos_token_id,
    eos_token_id: config.eos_token_id,
    model_type: config.model_type,
    pad_token_id: config.pad_token_id,
    tie_word_embeddings: config.tie_word_embeddings,
    vocab_size: config.vocab_size,
  };
}

/** What the model is made of that the keys of its architecture do not say. */
function unsaid(config: Config): Readonly<Record<string, unknown>> {
  const { model_type, architecture } = config;
  const said = dialectOf(model_type) ? architectureIn(model_type, modelKeys(config)) : {};
  const left = unusualOf(architecture, { ...usualArchitecture, ...said });
  const original = unusualParts(config.original);
  return {
    ...(Object.keys(left).length > 0 && { architecture: left }),
    ...(Object.keys(original).length > 0 && { original }),
  };
}

/**
 * The config as a file of ours: Hugging Face's keys, `training`, and `architecture` and `original` where
 * they are not GPT-Neo's. `loadConfig` reads it back.
 *
 * @example
 * await writeFile("mine.json", JSON.stringify(toJson(config), null, 2));
 */
export function toJson(config: Config): Readonly<Record<string, unknown>> {
  return { ...toHuggingFace(config), ...unsaid(config), training: config.training };
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
  await makeFolder(folder);
  const text = printFloats(
    printPythonJson({ ...toHuggingFace(config), ...unsaid(config), ...trainedPart(config) }),
  );
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
