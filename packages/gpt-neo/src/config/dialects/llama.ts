import type { Config } from "../config.ts";
import { defined, type Keys, numberOf, printed } from "../key-rules.ts";
import type { Dialect, Said } from "./dialect.ts";
import { rotaryKeys, rotaryKeysOf, rotaryOf } from "./rotary.ts";

/** Gated feed-forward layers, by the activation of their gate. */
const gated: Readonly<Record<string, string>> = { silu: "swiglu", gelu: "geglu", relu: "reglu" };

/** Hugging Face's `LlamaConfig`, with the keys of published ones and of today's. */
export const llama: Dialect = {
  defaults: {
    model: {
      vocab_size: 32000,
      hidden_size: 4096,
      num_layers: 32,
      num_heads: 32,
      intermediate_size: 11008,
      bos_token_id: 1,
      eos_token_id: 2,
      tie_word_embeddings: false,
      architectures: ["LlamaForCausalLM"],
    },
    architecture: {
      pos_emb: "rotary",
      norm: "rmsnorm",
      rms_norm_epsilon: 1e-6,
      use_bias_in_norms: false,
      activation: "swiglu",
      use_bias_in_mlp: false,
      use_bias_in_attn_linear: false,
    },
  },
  same: { num_hidden_layers: "num_layers", num_attention_heads: "num_heads" },
  others: [
    ...[
      "num_key_value_heads",
      "head_dim",
      "hidden_act",
      "rms_norm_eps",
      "attention_bias",
      "mlp_bias",
    ],
    ...rotaryKeys,
  ],
  read: (keys) => {
    const { architecture, problems = [] } = rotaryOf(keys);
    const { hidden_act: act = "silu", num_key_value_heads: grouped, head_dim } = keys;
    const heads = keys.num_attention_heads ?? keys.num_heads ?? 32;
    const gate = typeof act === "string" && Object.hasOwn(gated, act) ? gated[act] : undefined;
    const told = `is ${printed(act)}; here gates are ${Object.keys(gated).join(", ")}`;
    return {
      model: {},
      architecture: {
        ...architecture,
        ...defined({
          // The library reads null as as many as there are heads.
          num_kv_heads: grouped === heads ? undefined : grouped,
          head_dim: head_dim === usualWidth(keys, heads) ? undefined : head_dim,
          rms_norm_epsilon: keys.rms_norm_eps,
          activation: gate,
          use_bias_in_attn_linear: keys.attention_bias,
          use_bias_in_mlp: keys.mlp_bias,
        }),
      },
      problems: gate ? problems : [...problems, ["hidden_act", told]],
    };
  },
  write: (config) => {
    const { architecture: own } = config;
    const act = Object.entries(gated).find(([, name]) => name === own.activation)?.[0];
    return {
      attention_bias: own.use_bias_in_attn_linear,
      attention_dropout: config.attention_dropout,
      head_dim: own.head_dim ?? config.hidden_size / config.num_heads,
      hidden_act: act ?? "silu",
      hidden_size: config.hidden_size,
      initializer_range: config.initializer_range,
      intermediate_size: config.intermediate_size ?? 4 * config.hidden_size,
      max_position_embeddings: config.max_position_embeddings,
      mlp_bias: own.use_bias_in_mlp,
      num_attention_heads: config.num_heads,
      num_hidden_layers: config.num_layers,
      num_key_value_heads: own.num_kv_heads ?? config.num_heads,
      rms_norm_eps: own.rms_norm_epsilon,
      ...rotaryKeysOf(own),
    };
  },
};

function usualWidth({ hidden_size: width = 4096 }: Keys, heads: unknown): number {
  return numberOf(width) / numberOf(heads);
}

/** Hugging Face's `MistralConfig`: Llama, whose layers may all see a window only. */
export const mistral: Dialect = {
  ...llama,
  defaults: {
    model: {
      ...llama.defaults.model,
      intermediate_size: 14336,
      max_position_embeddings: 4096 * 32,
      architectures: ["MistralForCausalLM"],
    },
    architecture: { ...llama.defaults.architecture, num_kv_heads: 8 },
  },
  others: [...llama.others, "sliding_window"],
  read: (keys): Said => {
    const said = llama.read(keys);
    const window = keys.sliding_window === undefined ? 4096 : keys.sliding_window;
    const layers = keys.num_hidden_layers ?? keys.num_layers ?? 32;
    const local = { attention_types: [[["local"], layers]], window_size: window };
    const isOurs = keys.attention_types !== undefined || typeof window !== "number";
    return { ...said, model: isOurs ? {} : local };
  },
  write: (config: Config) => ({
    ...llama.write(config),
    sliding_window: config.attention_layers.includes("local") ? config.window_size : null,
  }),
};
