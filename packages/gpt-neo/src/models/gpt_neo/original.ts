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
  ...linear("c_fc"),
  ...linear("c_proj"),
  ...norm("transformer.ln_f", "ln_f"),
];

function rule(huggingFace: string, original: string, transposed = false): OriginalRule {
  return { huggingFace, original: `gpt2/${original}`, transposed };
}

function norm(name: string, original: string): readonly OriginalRule[] {
  return [rule(`${name}.weight`, `${original}/g`), rule(`${name}.bias`, `${original}/b`)];
}

function linear(name: string): readonly OriginalRule[] {
  const original = `h{i}/mlp/conv1d_main/${name}`;
  return [
    rule(`${block}.mlp.${name}.weight`, `${original}/kernel`, true),
    rule(`${block}.mlp.${name}.bias`, `${original}/bias`),
  ];
}
