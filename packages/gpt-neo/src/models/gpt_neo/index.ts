import { usualArchitecture } from "../../config/index.ts";
import { defineModel } from "../define-model.ts";
import { usualDims } from "../dims.ts";
import type { Model } from "../model.ts";
import type { Parts } from "../parts.ts";
import { forward, logitsOf } from "./forward.ts";
import { type Parameters, parameters } from "./parameters.ts";

const usual = usualArchitecture;

const parts: Parts = {
  pos_emb: [["learned"], '"learned", a table of positions'],
  opt_pos_emb_offset: [[0], "positions from 0 on"],
  norm: [["layernorm"], '"layernorm"'],
  use_bias_in_norms: [[true], "norms with a bias"],
  use_qk_layernorm: [[false], "no norm of queries and keys"],
  activation: [["gelu"], '"gelu"'],
  use_bias_in_mlp: [[true], "feed-forward layers with biases"],
  num_kv_heads: [[null], "keys and values of each head's own"],
  sliding_window_width: [[null], "windows in local layers only, window_size wide"],
  attention_config: [[usual.attention_config], "layers of global and local attention"],
  gpt_j_residual: [[false], "feed-forward after attention, not beside it"],
  gpt_j_tied: [[false], "a norm for each of the two"],
  num_unique_layers: [[null], "weights of each layer's own"],
  moe_num_experts: [[1], "one feed-forward network a layer"],
};

/** GPT-Neo (Black et al., 2021). */
export const gptNeo: Model = defineModel<Parameters>({
  title: "GPT-Neo",
  parts,
  dims: usualDims,
  parameters,
  forward,
  logitsOf,
  files: {
    prefix: "transformer.",
    embedding: "transformer.wte.weight",
    output: "lm_head.weight",
    derived: /\.attn\.attention\.(bias|masked_bias)$/,
  },
  finalNorm: "ln_f",
  isLookup: (config, path) => path === "wpe" || (path === "wte" && !config.tie_word_embeddings),
});
