import type { Dialect } from "./dialect.ts";
import { rotaryKeys, rotaryKeysOf, rotaryOf } from "./rotary.ts";

/** Hugging Face's `GPTNeoXConfig`, with the keys of published ones and of today's. */
export const gptNeox: Dialect = {
  defaults: {
    model: {
      vocab_size: 50432,
      hidden_size: 6144,
      num_layers: 44,
      num_heads: 64,
      intermediate_size: 24576,
      activation_function: "gelu",
      bos_token_id: 0,
      eos_token_id: 2,
      tie_word_embeddings: false,
      architectures: ["GPTNeoXForCausalLM"],
    },
    architecture: {
      pos_emb: "rotary",
      rotary_pct: 0.25,
      gpt_j_residual: true,
      use_bias_in_attn_linear: true,
    },
  },
  same: {
    num_hidden_layers: "num_layers",
    num_attention_heads: "num_heads",
    hidden_act: "activation_function",
    layer_norm_eps: "layer_norm_epsilon",
  },
  others: ["use_parallel_residual", "attention_bias", "hidden_dropout", ...rotaryKeys],
  read: (keys) => {
    const { use_parallel_residual: parallel, attention_bias: biased, hidden_dropout: rate } = keys;
    const { architecture, problems = [] } = rotaryOf(keys);
    return {
      model: rate === undefined ? {} : { resid_dropout: rate, embed_dropout: rate },
      architecture: {
        ...architecture,
        ...(parallel !== undefined && { gpt_j_residual: parallel }),
        ...(biased !== undefined && { use_bias_in_attn_linear: biased }),
      },
      problems,
    };
  },
  write: (config) => ({
    attention_bias: config.architecture.use_bias_in_attn_linear,
    attention_dropout: config.attention_dropout,
    hidden_act: config.activation_function,
    hidden_dropout: config.resid_dropout,
    hidden_size: config.hidden_size,
    initializer_range: config.initializer_range,
    intermediate_size: config.intermediate_size ?? 4 * config.hidden_size,
    layer_norm_eps: config.layer_norm_epsilon,
    max_position_embeddings: config.max_position_embeddings,
    num_attention_heads: config.num_heads,
    num_hidden_layers: config.num_layers,
    rotary_emb_base: config.architecture.rotary_emb_base,
    rotary_pct: config.architecture.rotary_pct,
    use_parallel_residual: config.architecture.gpt_j_residual,
    ...rotaryKeysOf(config.architecture),
  }),
};
