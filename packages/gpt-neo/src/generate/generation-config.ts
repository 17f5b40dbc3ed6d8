import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MtfError } from "mtf";
import { brief, isObject, parseJson } from "../json.ts";
import { readSmallFile } from "../small-file.ts";
import { keyOf } from "./key-of.ts";
import { checkDecoding, decodingNames } from "./options/check.ts";
import type { DecodingOptions } from "./options/decoding.ts";

/** What a model's folder says about how its model is to be sampled. */
export interface GenerationConfig {
  readonly file: string;
  readonly options: DecodingOptions;
  /** Keys that would change what is generated, and are not known here. */
  readonly unused: readonly string[];
}

/** It has some dozens of keys. */
const longest = 1 << 20;

/** Keys that change what Hugging Face's library generates, but where they are off. */
const otherKeys = [
  "assistant_early_exit",
  "diversity_penalty",
  "dola_layers",
  "encoder_no_repeat_ngram_size",
  "encoder_repetition_penalty",
  "force_words_ids",
  "guidance_scale",
  "max_time",
  "num_beam_groups",
  "penalty_alpha",
  "watermarking_config",
];

/**
 * Reads the `generation_config.json` of a model's folder, or of the folder its file lies in.
 *
 * @throws MtfError `bad-file` if it is damaged
 * @example
 * (await readGenerationConfig("gpt-neo-125m"))?.options.eosTokenId; // 50256
 */
export async function readGenerationConfig(model: string): Promise<GenerationConfig | undefined> {
  const is = await stat(model).catch(() => undefined);
  const file = join(is?.isDirectory() ? model : dirname(model), "generation_config.json");
  if (!(await stat(file).catch(() => undefined))) return undefined;
  const value = parseJson(await readSmallFile(file, longest), file);
  if (!isObject(value)) throw wrong(file, "it is no object of keys and values");
  const named = decodingNames.map((name) => [name, value[keyOf(name)] ?? undefined] as const);
  const options = checkDecoding(Object.fromEntries(named), (name, found, words) =>
    wrong(file, `${keyOf(name)} is ${brief(found)}, and must be ${words}`),
  );
  const isOff = (key: string) => [undefined, null, 0, 1, false].includes(value[key] as null);
  return { file, options, unused: otherKeys.filter((key) => !isOff(key)) };
}

function wrong(file: string, reason: string): MtfError {
  return new MtfError("bad-file", `${file}: ${reason}.`, { file });
}
