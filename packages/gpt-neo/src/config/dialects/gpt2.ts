import { printed } from "../key-rules.ts";
import type { Dialect } from "./dialect.ts";

/** Hugging Face's `GPT2Config`. */
export const gpt2: Dialect = {
  defaults: {
    model: {
      max_position_embeddings: 1024,
      hidden_size: 768,
      num_layers: 12,
      num_heads: 12,
      resid_dropout: 0.1,
      embed_dropout: 0.1,
      attention_dropout: 0.1,
      architectures: ["GPT2LMHeadModel"],
    },
    architecture: {},
  },
  same: {
    n_positions: "max_position_embeddings",
    n_embd: "hidden_size",
    n_layer: "num_layers",
    n_head: "num_heads",
    n_inner: "intermediate_size",
    resid_pdrop: "resid_dropout",
    embd_pdrop: "embed_dropout",
    attn_pdrop: "attention_dropout",
  },
  others: ["scale_attn_weights", "scale_attn_by_inverse_layer_idx"],
  read: ({ scale_attn_weights: scaled = true, scale_attn_by_inverse_layer_idx: byLayer }) => ({
    model: {},
    architecture: byLayer === undefined ? {} : { scale_attn_by_inverse_layer_idx: byLayer },
    problems:
      scaled === true
        ? []
        : [["scale_attn_weights", `is ${printed(scaled)}; here attention is scaled`]],
  }),
  write: (config) => ({
    activation_function: config.activation_function,
    attn_pdrop: config.attention_dropout,
    embd_pdrop: config.embed_dropout,
    initializer_range: config.initializer_range,
    layer_norm_epsilon: config.layer_norm_epsilon,
    n_embd: config.hidden_size,
    n_head: config.num_heads,
    n_inner: config.intermediate_size,
    n_layer: config.num_layers,
    n_positions: config.max_position_embeddings,
    resid_pdrop: config.resid_dropout,
    scale_attn_by_inverse_layer_idx: config.architecture.scale_attn_by_inverse_layer_idx,
    scale_attn_weights: true,
  }),
};
