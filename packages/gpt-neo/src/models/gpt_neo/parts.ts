import { MtfError } from "mtf";
import { type Architecture, type Config, usualArchitecture } from "../../config/index.ts";

/**
 * What the model is made of. Keys that are not here, such as `rotary_pct`, mean nothing without one
 * that is.
 */
const has: { readonly [Key in keyof Architecture]?: string } = {
  pos_emb: '"learned", a table of positions',
  opt_pos_emb_offset: "positions from 0 on",
  norm: '"layernorm"',
  use_bias_in_norms: "norms with a bias",
  use_qk_layernorm: "no norm of queries and keys",
  activation: '"gelu"',
  use_bias_in_mlp: "feed-forward layers with biases",
  num_kv_heads: "keys and values of each head's own",
  sliding_window_width: "windows in local layers only, window_size wide",
  attention_config: "layers of global and local attention",
  gpt_j_residual: "feed-forward after attention, not beside it",
  gpt_j_tied: "a norm for each of the two",
  num_unique_layers: "weights of each layer's own",
  moe_num_experts: "one feed-forward network a layer",
};

/**
 * What a config asks for that the model is not made of: each such key, with its value and what there
 * is instead.
 *
 * @example
 * missingParts(await loadConfig("125M")); // none
 */
export function missingParts({
  architecture,
}: Pick<Config, "architecture">): readonly (readonly [key: string, reason: string])[] {
  return Object.entries(has).flatMap(([name, words]) => {
    const key = name as keyof Architecture;
    const value = JSON.stringify(architecture[key]);
    if (value === JSON.stringify(usualArchitecture[key])) return [];
    return [[key, `is ${value}; the model has ${words}`] as const];
  });
}

/**
 * Refuses a config that asks for what the model is not made of.
 *
 * @param where what errors call it
 * @throws MtfError `bad-argument` naming each such key, its value, and what the model has
 * @example
 * requireParts(await loadConfig("125M")); // all of it is there
 */
export function requireParts(config: Pick<Config, "architecture">, where = "the config"): void {
  const problems = missingParts(config);
  if (problems.length === 0) return;
  throw new MtfError("bad-argument", `${where} asks for a model that is not GPT-Neo.`, {
    evidence: problems,
    problems,
  });
}
