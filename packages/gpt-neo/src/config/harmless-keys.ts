import { isOff, printed } from "./key-rules.ts";

/** Keys that programs write into a `config.json` and that say nothing about the model. */
const about: Readonly<Record<string, string>> = {
  _attn_implementation: "says how it was computed, not what",
  _commit_hash: "says where it was downloaded from",
  attn_implementation: "says how it was computed, not what",
  auto_map: "names code of its author's, which is not run here",
  custom_pipelines: "names code of its author's, which is not run here",
  "transformers.js_config": "is for another program",
  unsloth_fixed: "says what wrote it",
  unsloth_version: "says what wrote it",
};

/**
 * Why an unknown key of a `config.json` cannot matter; undefined where it may. One that is off cannot:
 * models of other kinds have it.
 *
 * @example
 * whyHarmless("rope_scaling", null); // "is null, which asks for nothing"
 */
export function whyHarmless(key: string, value: unknown): string | undefined {
  if (Object.hasOwn(about, key)) return about[key];
  return isOff(value) ? `is ${printed(value)}, which asks for nothing` : undefined;
}
