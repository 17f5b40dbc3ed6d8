import type { Config } from "../../config/index.ts";
import type { ParameterName } from "../parameter-name.ts";

/** A parameter by all its names, `{i}` being the layer. */
export interface NameRule {
  readonly path: string;
  readonly huggingFace: string;
  /** The name on Mesh-TensorFlow; undefined for what the original has not. */
  readonly original: string | undefined;
  /** Whether the original stores rows as columns: its kernels are [in, out]. */
  readonly transposed: boolean;
  /** The sizes of its dims in files. */
  readonly shape: readonly Size[];
}

type Size = "vocab" | "position" | "embd" | "ff";

const block = "transformer.h.{i}";

/** Every parameter, in the order of files, by its names here, in Hugging Face's and the original's files. */
export const nameRules: readonly NameRule[] = [
  rule("wte", "transformer.wte.weight", ["vocab", "embd"], "wte"),
  rule("wpe", "transformer.wpe.weight", ["position", "embd"], "wpe"),
  ...norm("h/{i}/ln_1", `${block}.ln_1`, "h{i}/norm_1"),
  matrix("h/{i}/attn/q", `${block}.attn.attention.q_proj`, ["embd", "embd"], "h{i}/attn/q"),
  matrix("h/{i}/attn/k", `${block}.attn.attention.k_proj`, ["embd", "embd"], "h{i}/attn/k"),
  matrix("h/{i}/attn/v", `${block}.attn.attention.v_proj`, ["embd", "embd"], "h{i}/attn/v"),
  matrix("h/{i}/attn/out", `${block}.attn.attention.out_proj`, ["embd", "embd"], "h{i}/attn/o"),
  rule(
    "h/{i}/attn/bias",
    `${block}.attn.attention.out_proj.bias`,
    ["embd"],
    "h{i}/attn/compute_output_bias/o_b",
  ),
  ...norm("h/{i}/ln_2", `${block}.ln_2`, "h{i}/norm_2"),
  ...linear("up", "c_fc", ["ff", "embd"]),
  ...linear("down", "c_proj", ["embd", "ff"]),
  ...norm("ln_f", "transformer.ln_f", "ln_f"),
  rule("lm_head", "lm_head.weight", ["vocab", "embd"]),
];

function rule(
  path: string,
  huggingFace: string,
  shape: readonly Size[],
  original?: string,
  transposed = false,
): NameRule {
  const there = original === undefined ? undefined : `gpt2/${original}`;
  return { path, huggingFace, original: there, transposed, shape };
}

function matrix(path: string, name: string, shape: readonly Size[], original: string): NameRule {
  return rule(path, `${name}.weight`, shape, original, true);
}

function norm(path: string, name: string, original: string): readonly NameRule[] {
  return [
    rule(`${path}/gain`, `${name}.weight`, ["embd"], `${original}/g`),
    rule(`${path}/bias`, `${name}.bias`, ["embd"], `${original}/b`),
  ];
}

function linear(own: "up" | "down", name: string, shape: readonly [Size, Size]): NameRule[] {
  const [path, original] = [`h/{i}/mlp/${own}`, `h{i}/mlp/conv1d_main/${name}`];
  return [
    matrix(path, `${block}.mlp.${name}`, shape, `${original}/kernel`),
    rule(`${path}Bias`, `${block}.mlp.${name}.bias`, [shape[0]], `${original}/bias`),
  ];
}

/**
 * The parameters by their names in Hugging Face's files. Numbers lie in the same order in both:
 * only `[heads, kv]` is one dim in files.
 *
 * @example
 * const names = parameterNames(config).map(({ name }) => name); // "transformer.wte.weight", …
 */
export function parameterNames(config: Config): readonly ParameterName[] {
  const sizes: { readonly [size in Size]: number } = {
    vocab: config.vocab_size,
    position: config.max_position_embeddings,
    embd: config.hidden_size,
    ff: config.intermediate_size ?? 4 * config.hidden_size,
  };
  const named = ({ path, huggingFace, shape }: NameRule, layer: string): ParameterName => ({
    path: path.replace("{i}", layer),
    name: huggingFace.replace("{i}", layer),
    shape: shape.map((size) => sizes[size]),
  });
  const inLayer = (one: NameRule): boolean => one.path.startsWith("h/");
  const first = nameRules.findIndex(inLayer);
  const after = nameRules.slice(first).filter((one) => !inLayer(one));
  const layers = Array.from({ length: config.num_layers }, (_, i) =>
    nameRules.filter(inLayer).map((one) => named(one, `${i}`)),
  );
  return [
    ...nameRules.slice(0, first).map((one) => named(one, "")),
    ...layers.flat(),
    ...after
      .filter(({ path }) => path !== "lm_head" || !config.tie_word_embeddings)
      .map((one) => named(one, "")),
  ];
}
