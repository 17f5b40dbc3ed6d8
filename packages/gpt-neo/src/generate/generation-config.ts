import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MtfError } from "mtf";
import { isObject, parseJson } from "../json.ts";
import { readSmallFile } from "../small-file.ts";

/** What a model's folder says about how its model is to be sampled. */
export interface GenerationConfig {
  readonly file: string;
  readonly doSample?: boolean;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly maxNewTokens?: number;
  /** The ids that end a text. */
  readonly ends?: readonly number[];
  /** Keys that would change what is generated, and are not known here. */
  readonly unused: readonly string[];
}

/** It has some dozens of keys. */
const longest = 1 << 20;

/** Keys that change what Hugging Face's library generates, but where they are off. */
const otherKeys = [
  "bad_words_ids",
  "diversity_penalty",
  "encoder_repetition_penalty",
  "epsilon_cutoff",
  "eta_cutoff",
  "forced_eos_token_id",
  "length_penalty",
  "min_length",
  "min_new_tokens",
  "min_p",
  "no_repeat_ngram_size",
  "num_beams",
  "penalty_alpha",
  "repetition_penalty",
  "sequence_bias",
  "stop_strings",
  "suppress_tokens",
  "typical_p",
];

/**
 * Reads the `generation_config.json` of a model's folder, or of the folder its file lies in.
 *
 * @throws MtfError `bad-file` if it is damaged
 * @example
 * (await readGenerationConfig("gpt-neo-125m"))?.ends; // 50256
 */
export async function readGenerationConfig(model: string): Promise<GenerationConfig | undefined> {
  const is = await stat(model).catch(() => undefined);
  const file = join(is?.isDirectory() ? model : dirname(model), "generation_config.json");
  if (!(await stat(file).catch(() => undefined))) return undefined;
  const value = parseJson(await readSmallFile(file, longest), file);
  if (!isObject(value)) throw wrong(file, "it", "no object of keys and values");
  const whole = (key: string, least: number) => {
    const found = value[key] ?? undefined;
    if (found === undefined || (Number.isSafeInteger(found) && (found as number) >= least)) {
      return found as number | undefined;
    }
    throw wrong(file, key, `${JSON.stringify(found)}, and must be a whole number from ${least} on`);
  };
  const number = (key: string, least: number, most = Number.POSITIVE_INFINITY) => {
    const found = value[key] ?? undefined;
    if (found === undefined) return undefined;
    if (typeof found === "number" && found >= least && found <= most) return found;
    throw wrong(file, key, `${JSON.stringify(found)}, and must be a number from ${least} on`);
  };
  const [temperature, topK, topP] = [
    number("temperature", 0),
    whole("top_k", 0),
    number("top_p", 0, 1),
  ];
  const maxNewTokens = whole("max_new_tokens", 1);
  const ends = endsIn(file, value.eos_token_id ?? undefined);
  return {
    file,
    ...(typeof value.do_sample === "boolean" && { doSample: value.do_sample }),
    ...(temperature !== undefined && { temperature }),
    ...(topK !== undefined && { topK }),
    ...(topP !== undefined && { topP }),
    ...(maxNewTokens !== undefined && { maxNewTokens }),
    ...(ends && { ends }),
    unused: otherKeys.filter((key) => ![undefined, null, 0, 1, false].includes(value[key] as null)),
  };
}

function endsIn(file: string, found: unknown): readonly number[] | undefined {
  if (found === undefined) return undefined;
  const ids: readonly unknown[] = Array.isArray(found) ? found : [found];
  if (ids.every((id) => Number.isInteger(id) && (id as number) >= 0)) return ids as number[];
  throw wrong(file, "eos_token_id", `${JSON.stringify(found)}, and must be an id or a list of ids`);
}

function wrong(file: string, key: string, reason: string): MtfError {
  return new MtfError("bad-file", `${file}: ${key} is ${reason}.`, { file });
}
