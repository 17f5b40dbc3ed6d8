import { MtfError } from "mtf";
import type { Architecture, Config } from "../config/index.ts";

/**
 * What a model is made of: for a key of `architecture` the values it may have, and how that is told.
 * Keys that are not here, such as `rotary_pct` of a model without rotary embeddings, mean nothing to it.
 */
export type Parts = {
  readonly [Key in keyof Architecture]?: readonly [
    values: readonly Architecture[Key][],
    told: string,
  ];
};

/** A key that asks for what a model is not made of, and what it has instead. */
export type MissingPart = readonly [key: string, reason: string];

/** What a config asks for that is not among a model's parts. */
export function missingFrom(
  parts: Parts,
  { architecture }: Pick<Config, "architecture">,
): readonly MissingPart[] {
  return Object.entries(parts).flatMap(([key, [values, told]]): MissingPart[] => {
    const value = JSON.stringify(architecture[key as keyof Architecture]);
    if (values.some((one) => JSON.stringify(one) === value)) return [];
    return [[key, `is ${value}; the model has ${told}`]];
  });
}

/**
 * Refuses a config that asks for what a model is not made of.
 *
 * @throws MtfError `bad-argument` naming each such key, its value, and what the model has
 */
export function refuseMissing(
  problems: readonly MissingPart[],
  title: string,
  where: string,
): void {
  if (problems.length === 0) return;
  throw new MtfError("bad-argument", `${where} asks for a model that is not ${title}.`, {
    evidence: problems,
    problems,
  });
}

// What several models are made of.

/** Blocks with weights of their own, one feed-forward network each. */
export const usualBlocks: Parts = {
  use_qk_layernorm: [[false], "no norm of queries and keys"],
  sliding_window_width: [[null], "windows in local layers only, window_size wide"],
  attention_config: [[null], "layers of global and local attention"],
  num_unique_layers: [[null], "weights of each layer's own"],
  moe_num_experts: [[1], "one feed-forward network a layer"],
};

export const learnedPositions: Parts = {
  pos_emb: [["learned"], '"learned", a table of positions'],
  opt_pos_emb_offset: [[0], "positions from 0 on"],
};

export const rotaryPositions: Parts = { pos_emb: [["rotary"], '"rotary"'] };

/** Layer norms, and feed-forward layers of two matrices, all with biases. */
export const layerNormed: Parts = {
  norm: [["layernorm"], '"layernorm"'],
  use_bias_in_norms: [[true], "norms with a bias"],
  activation: [["gelu"], '"gelu"'],
  use_bias_in_mlp: [[true], "feed-forward layers with biases"],
};

export const ownKeys: Parts = {
  num_kv_heads: [[null], "keys and values of each head's own"],
  head_dim: [[null], "heads that make up hidden_size"],
};

export const sequential: Parts = {
  gpt_j_residual: [[false], "feed-forward after attention, not beside it"],
  gpt_j_tied: [[false], "a norm for each of the two"],
};

/** Attention's scores divided by the root of the heads' width alone, if at all. */
export const alikeInLayers: Parts = {
  scale_attn_by_inverse_layer_idx: [[false], "attention alike in all layers"],
};
