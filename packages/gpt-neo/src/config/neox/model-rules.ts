import { neoxArchitectureKeys } from "../architecture.ts";
import { isOff, mustBeOff, note, problem, type Rule, unlessOff } from "../key-rules.ts";
import { attentionConfig } from "./attention.ts";
import { familyOf } from "./family.ts";
import { initialMethod } from "./initial-weights.ts";
import { speed } from "./reasons.ts";
import { kept, mustBe, typed } from "./rule-kinds.ts";

/** What the model is: whether there is such a model here, it says itself. */
export const modelRules: Readonly<Record<string, Rule>> = {
  num_layers: typed("number", 1),
  hidden_size: typed("number", 1),
  num_attention_heads: typed("number", 1),
  max_position_embeddings: typed("number", 1),
  seq_length: typed("number", 1),
  intermediate_size: typed("number", 1),
  layernorm_epsilon: typed("number", 0),
  attention_dropout: typed("number", 0),
  hidden_dropout: typed("number", 0),
  init_method_std: typed("number", 0),
  no_weight_tying: typed("boolean"),
  padded_vocab_size: typed("number", 1),
  ...Object.fromEntries(neoxArchitectureKeys.map((key) => [key, kept])),
  attention_config: attentionConfig,
  expansion_factor: (value, keys) =>
    isOff(value) || isOff(keys.intermediate_size)
      ? typed("number", 0)(value, keys)
      : problem("is another width than intermediate_size, and only one may be given"),
  mlp_type: mustBe([null, "regular"], "the feed-forward layer here has two matrices"),
  soft_prompt_tuning: mustBeOff("adds a prompt of its own"),
  use_mup: mustBeOff("scales outputs and learning rates by widths"),
  use_bias_in_attn_linear: (value, keys) =>
    value === false && familyOf(keys) === "gpt_neo"
      ? note("here attention's output has a bias, queries, keys and values have none")
      : undefined,
  bias_gelu_fusion: (value, keys) =>
    value === false && (keys.activation ?? "gelu") === "gelu" && familyOf(keys) === "gpt_neo"
      ? note("was exact gelu without; here it is gelu_new, its tanh form")
      : undefined,
  onnx_safe: unlessOff("chose gelu's form, which follows from bias_gelu_fusion here"),
  make_vocab_size_divisible_by: typed("number", 1),
  init_method: initialMethod("normal"),
  output_layer_init_method: initialMethod("scaled_normal"),
  apply_query_key_layer_scaling: unlessOff(speed),
  attention_softmax_in_fp32: unlessOff("is how it is computed here"),
};
