import type { Config } from "../config.ts";
import { numberOf } from "../key-rules.ts";
import type { Dialect } from "./dialect.ts";
import { gpt2 } from "./gpt2.ts";

/** Hugging Face's `GPTJConfig`. */
export const gptj: Dialect = {
  defaults: {
    model: {
      vocab_size: 50400,
      hidden_size: 4096,
      num_layers: 28,
      num_heads: 16,
      bos_token_id: 50256,
      eos_token_id: 50256,
      tie_word_embeddings: false,
      architectures: ["GPTJForCausalLM"],
    },
    architecture: {
      pos_emb: "rotary",
      rotary_pct: 0.25,
      gpt_j_residual: true,
      gpt_j_tied: true,
      use_bias_in_attn_linear: false,
    },
  },
  same: gpt2.same,
  others: ["rotary_dim"],
  read: (keys) => {
    const { rotary_dim, n_embd = keys.hidden_size ?? 4096, n_head = keys.num_heads ?? 16 } = keys;
    const width = numberOf(n_embd) / numberOf(n_head);
    const whole = rotary_dim === null ? width : numberOf(rotary_dim);
    return {
      model: {},
      architecture: rotary_dim === undefined ? {} : { rotary_pct: whole / width },
    };
  },
  write: (config: Config) => {
    const {
      scale_attn_weights: _,
      scale_attn_by_inverse_layer_idx: __,
      ...keys
    } = gpt2.write(config);
    const width = config.hidden_size / config.num_heads;
    return { ...keys, rotary_dim: Math.round(config.architecture.rotary_pct * width) };
  },
};
