import { isOff, printed } from "./key-rules.ts";

/** Keys that programs write into a `config.json` and that say nothing about the model. */
const about: Readonly<Record<string, string>> = {
  _attn_implementation: "says how it was computed, not what",
  _commit_hash: "says where it was downloaded from",
  attn_implementation: "says how it was computed, not what",
  auto_map: "names code of its author's, which is not run here",
  custom_pipelines: "names code of its author's, which is not run here",
  initializer_factor: "says how weights began, and they are there",
  model_max_length: "is the tokenizer's; max_position_embeddings says what the model sees",
  name_or_path: "says where it was loaded from",
  num_labels: "counts what a classifier tells apart, which a language model does not",
  "transformers.js_config": "is for another program",
  unsloth_fixed: "says what wrote it",
  unsloth_version: "says what wrote it",
};

/**
 * Why an unknown key of a `config.json` cannot matter; undefined where it may. One that is off cannot:
 * models of other kinds have it. One that may be misspelt may matter even if it is off.
 *
 * @example
 * whyHarmless("rope_scaling", null, false); // "is null, which asks for nothing"
 */
export function whyHarmless(
  key: string,
  value: unknown,
  mayBeMisspelt: boolean,
): string | undefined {
  if (Object.hasOwn(about, key)) return about[key];
  return isOff(value) && !mayBeMisspelt
    ? `is ${printed(value)}, which asks for nothing`
    : undefined;
}
