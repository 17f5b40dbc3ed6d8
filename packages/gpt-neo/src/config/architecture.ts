import * as v from "valibot";
import { above, count } from "./numbers.ts";

/** Scaling of rotary embeddings: of all frequencies alike, or of the low ones, as Llama 3 has it. */
export type RotaryScaling =
  | { readonly type: "linear"; readonly factor: number }
  | {
      readonly type: "llama3";
      readonly factor: number;
      readonly low_freq_factor: number;
      readonly high_freq_factor: number;
      readonly original_max_position_embeddings: number;
    };

/**
 * What a model is made of beside its sizes, in NeoX's words where it has any. Any of it can be read; what is not as
 * GPT-Neo has it, the model refuses.
 */
export interface Architecture {
  readonly pos_emb: "learned" | "rotary" | "sinusoidal" | "rpe" | "alibi" | "none";
  /** The part of each head that is rotated. */
  readonly rotary_pct: number;
  readonly rotary_emb_base: number;
  /** How rotary embeddings are stretched for more positions than a model was first made for. */
  readonly rotary_scaling: RotaryScaling | null;
  readonly rpe_num_buckets: number;
  readonly rpe_max_distance: number;
  /** What is added to positions before their embedding is looked up. */
  readonly opt_pos_emb_offset: number;
  readonly norm:
    | "layernorm"
    | "rmsnorm"
    | "non_parametric_layernorm"
    | "scalenorm"
    | TransformerEngineNorm;
  readonly rms_norm_epsilon: number;
  readonly scalenorm_epsilon: number;
  readonly use_bias_in_norms: boolean;
  readonly use_qk_layernorm: boolean;
  readonly activation: PlainActivation | GatedActivation;
  /** Gated feed-forward layers are as wide as a multiple of it. */
  readonly mlp_multiple_of: number;
  readonly use_bias_in_mlp: boolean;
  readonly use_bias_in_attn_linear: boolean;
  /** Heads of keys and values; null is as many as of queries. */
  readonly num_kv_heads: number | null;
  /** The width of a head; null is hidden_size by the number of heads. */
  readonly head_dim: number | null;
  /** Whether attention's scores are divided by the layer's number as well, the first being 1. */
  readonly scale_attn_by_inverse_layer_idx: boolean;
  readonly sliding_window_width: number | null;
  /** Layers of other kinds than global and local attention: `[[["mamba"], 48]]`. */
  readonly attention_config: readonly (readonly [readonly string[], number])[] | null;
  /** Attention and feed-forward beside each other, both of what enters the block. */
  readonly gpt_j_residual: boolean;
  /** Whether the two share a norm then. */
  readonly gpt_j_tied: boolean;
  /** Layers with weights of their own; null is all of them. */
  readonly num_unique_layers: number | null;
  readonly moe_num_experts: number;
}

type TransformerEngineNorm = "te_rmsnorm" | "te_layernorm";
type PlainActivation = "gelu" | "relu" | "softsign" | "swish" | "mish" | "silu";
/** Of feed-forward layers in which one matrix's result is multiplied by that of another. */
type GatedActivation = "geglu" | "reglu" | "swiglu" | "bilinear" | "glu";

const norms = ["layernorm", "rmsnorm", "non_parametric_layernorm", "scalenorm"] as const;
const theirNorms: readonly TransformerEngineNorm[] = ["te_rmsnorm", "te_layernorm"];
const plain: readonly PlainActivation[] = ["gelu", "relu", "softsign", "swish", "mish", "silu"];
const gated: readonly GatedActivation[] = ["geglu", "reglu", "swiglu", "bilinear", "glu"];

const orAll = v.optional(v.nullable(count), null);
const scaling = v.variant("type", [
  v.strictObject({ type: v.literal("linear"), factor: above }),
  v.strictObject({
    type: v.literal("llama3"),
    factor: above,
    low_freq_factor: above,
    high_freq_factor: above,
    original_max_position_embeddings: count,
  }),
]);
const pattern = v.strictTuple([v.pipe(v.array(v.string()), v.minLength(1)), count]);

/** The keys of a config's `architecture`, each with what it may be; the defaults are GPT-Neo's. */
export const architectureSchemas: {
  readonly [Key in keyof Architecture]: v.GenericSchema<unknown, Architecture[Key]>;
} = {
  pos_emb: v.optional(
    v.picklist(["learned", "rotary", "sinusoidal", "rpe", "alibi", "none"]),
    "learned",
  ),
  rotary_pct: v.optional(v.pipe(v.number(), v.gtValue(0), v.maxValue(1)), 1),
  rotary_emb_base: v.optional(above, 10_000),
  rotary_scaling: v.optional(v.nullable(scaling), null),
  rpe_num_buckets: v.optional(count, 32),
  rpe_max_distance: v.optional(count, 128),
  opt_pos_emb_offset: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 0),
  norm: v.optional(v.picklist([...norms, ...theirNorms]), "layernorm"),
  rms_norm_epsilon: v.optional(above, 1e-8),
  scalenorm_epsilon: v.optional(above, 1e-8),
  use_bias_in_norms: v.optional(v.boolean(), true),
  use_qk_layernorm: v.optional(v.boolean(), false),
  activation: v.optional(v.picklist([...plain, ...gated]), "gelu"),
  mlp_multiple_of: v.optional(count, 1),
  use_bias_in_mlp: v.optional(v.boolean(), true),
  use_bias_in_attn_linear: v.optional(v.boolean(), true),
  num_kv_heads: orAll,
  head_dim: orAll,
  scale_attn_by_inverse_layer_idx: v.optional(v.boolean(), false),
  sliding_window_width: orAll,
  attention_config: v.optional(v.nullable(v.array(pattern)), null),
  gpt_j_residual: v.optional(v.boolean(), false),
  gpt_j_tied: v.optional(v.boolean(), false),
  num_unique_layers: orAll,
  moe_num_experts: v.optional(count, 1),
};

/** The keys of a config's `architecture`. */
export const architectureKeys: readonly (keyof Architecture)[] = Object.keys(
  architectureSchemas,
) as (keyof Architecture)[];

/** The keys that NeoX has as well. */
export const neoxArchitectureKeys: readonly (keyof Architecture)[] = architectureKeys.filter(
  (key) => !["rotary_scaling", "head_dim", "scale_attn_by_inverse_layer_idx"].includes(key),
);

/** GPT-Neo's. */
export const usualArchitecture: Architecture = v.parse(v.object(architectureSchemas), {});

/** What differs from another, which is GPT-Neo's by default. */
export function unusualOf(
  architecture: Architecture,
  usual: Architecture = usualArchitecture,
): Partial<Architecture> {
  const differs = (key: keyof Architecture): boolean =>
    JSON.stringify(architecture[key]) !== JSON.stringify(usual[key]);
  return Object.fromEntries(
    architectureKeys.filter(differs).map((key) => [key, architecture[key]]),
  );
}

/** Whether feed-forward layers with this activation are gated: they have three matrices. */
export function isGated(activation: unknown): boolean {
  return gated.some((name) => name === activation);
}
