import { isGated } from "../architecture.ts";
import type { ModelType } from "../config.ts";
import { isOff, type Keys, numberOf } from "../key-rules.ts";

/**
 * The architecture that a NeoX config describes: rotary positions with layer norms are GPT-NeoX's, with
 * rms norms and gated layers Llama's, which with a window is Mistral. All else is as near as can be to
 * GPT-Neo, which says what it lacks.
 */
export function familyOf(keys: Keys): ModelType {
  const { pos_emb, norm = "layernorm", activation = "gelu" } = keys;
  if (pos_emb !== "rotary") return "gpt_neo";
  if (norm === "layernorm" && !isGated(`${activation}`)) return "gpt_neox";
  if (norm !== "rmsnorm" || !isGated(`${activation}`)) return "gpt_neo";
  return isOff(keys.sliding_window_width) ? "llama" : "mistral";
}

/** Activations that are functions of each element, by NeoX's names. */
const plain: Readonly<Record<string, string>> = {
  gelu: "gelu",
  relu: "relu",
  silu: "silu",
  swish: "silu",
};

/**
 * What the architectures beside GPT-Neo are made of, in our words, with NeoX's defaults: these are other
 * than Hugging Face's.
 */
export function partsOf(keys: Keys, architecture: Keys): Keys {
  const family = familyOf(keys);
  if (family === "gpt_neo") return { architecture };
  const own = {
    rotary_pct: 1,
    gpt_j_residual: false,
    use_bias_in_attn_linear: true,
    use_bias_in_mlp: true,
    num_kv_heads: null,
    ...architecture,
  };
  // Which ids end a text is the tokenizer's to say.
  const model = { model_type: family, bos_token_id: null, eos_token_id: null };
  if (family !== "gpt_neox") {
    const { sliding_window_width: width, ...rest } = own as Keys;
    const norms = { rms_norm_epsilon: keys.rms_norm_epsilon ?? 1e-8, use_bias_in_norms: false };
    return { ...model, ...windowOf(width, keys), architecture: { ...rest, ...norms } };
  }
  const { activation = "gelu", ...rest } = own as Keys;
  const named = plain[`${activation}`];
  if (named === undefined) return { ...model, architecture: own };
  const fused = named === "gelu" && keys.bias_gelu_fusion === true;
  return { ...model, activation_function: fused ? "gelu_new" : named, architecture: rest };
}

/** NeoX's window does not count the position itself. */
function windowOf(width: unknown, { num_layers: layers }: Keys): Keys {
  if (isOff(width)) return {};
  return { attention_types: [[["local"], layers]], window_size: numberOf(width) + 1 };
}
