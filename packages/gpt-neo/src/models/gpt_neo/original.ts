/** A parameter as the original GPT-Neo has it, `{i}` being the layer. */
export interface OriginalRule {
  /** Hugging Face's name. */
  readonly huggingFace: string;
  /** The name on Mesh-TensorFlow. */
  readonly original: string;
  /** Whether the original stores rows as columns: its kernels are [in, out]. */
  readonly transposed: boolean;
}

const block = "transformer.h.{i}";

/** Every parameter that the original has, by its names in Hugging Face's and the original's files. */
export const originalRules: readonly OriginalRule[] = [
  rule("transformer.wte.weight", "wte"),
  rule("transformer.wpe.weight", "wpe"),
  ...norm(`${block}.ln_1`, "h{i}/norm_1"),
  rule(`${block}.attn.attention.q_proj.weight`, "h{i}/attn/q", true),
  rule(`${block}.attn.attention.k_proj.weight`, "h{i}/attn/k", true),
  rule(`${block}.attn.attention.v_proj.weight`, "h{i}/attn/v", true),
  rule(`${block}.attn.attention.out_proj.weight`, "h{i}/attn/o", true),
  rule(`${block}.attn.attention.out_proj.bias`, "h{i}/attn/compute_output_bias/o_b"),
  ...norm(`${block}.ln_2`, "h{i}/norm_2"),
  ...linear(`${block}.mlp.c_fc`, "h{i}/mlp/conv1d_main/c_fc"),
  ...linear(`${block}.mlp.c_proj`, "h{i}/mlp/conv1d_main/c_proj"),
  ...norm("transformer.ln_f", "ln_f"),
];

export function rule(huggingFace: string, original: string, transposed = false): OriginalRule {
  return { huggingFace, original: `gpt2/${original}`, transposed };
}

export function norm(name: string, original: string): readonly OriginalRule[] {
  return [rule(`${name}.weight`, `${original}/g`), rule(`${name}.bias`, `${original}/b`)];
}

/** A matrix and its bias, whose names end alike: `…/c_fc`. */
export function linear(name: string, original: string): readonly OriginalRule[] {
  return [
    rule(`${name}.weight`, `${original}/kernel`, true),
    rule(`${name}.bias`, `${original}/bias`),
  ];
}
