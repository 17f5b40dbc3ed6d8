import type { Config } from "./config/index.ts";

/** One tensor of the published weights, and the parameter it is. */
export interface ParameterName {
  /** The path in `Parameters`: `h/0/attn/q`. */
  readonly path: string;
  /** Hugging Face's name: `transformer.h.0.attn.attention.q_proj.weight`. */
  readonly name: string;
  /** Its shape in files, where heads and their parts are one dim. */
  readonly shape: readonly number[];
}

/**
 * The parameters by their names in Hugging Face's files. Numbers lie in the same order in both:
 * only `[heads, kv]` is one dim in files.
 *
 * @example
 * const names = parameterNames(config).map(({ name }) => name); // "transformer.wte.weight", …
 */
export function parameterNames(config: Config): readonly ParameterName[] {
  const embd = config.hidden_size;
  const ff = config.intermediate_size ?? 4 * embd;
  const norm = (path: string, name: string): ParameterName[] => [
    { path: `${path}/gain`, name: `transformer.${name}.weight`, shape: [embd] },
    { path: `${path}/bias`, name: `transformer.${name}.bias`, shape: [embd] },
  ];
  const linear = (path: string, name: string, shape: readonly number[]): ParameterName => ({
    path,
    name: `transformer.${name}`,
    shape,
  });
  const block = (i: number): ParameterName[] => {
    const at = (own: string) => `h/${i}/${own}`;
    const attention = `h.${i}.attn.attention`;
    return [
      ...norm(at("ln_1"), `h.${i}.ln_1`),
      linear(at("attn/q"), `${attention}.q_proj.weight`, [embd, embd]),
      linear(at("attn/k"), `${attention}.k_proj.weight`, [embd, embd]),
      linear(at("attn/v"), `${attention}.v_proj.weight`, [embd, embd]),
      linear(at("attn/out"), `${attention}.out_proj.weight`, [embd, embd]),
      linear(at("attn/bias"), `${attention}.out_proj.bias`, [embd]),
      ...norm(at("ln_2"), `h.${i}.ln_2`),
      linear(at("mlp/up"), `h.${i}.mlp.c_fc.weight`, [ff, embd]),
      linear(at("mlp/upBias"), `h.${i}.mlp.c_fc.bias`, [ff]),
      linear(at("mlp/down"), `h.${i}.mlp.c_proj.weight`, [embd, ff]),
      linear(at("mlp/downBias"), `h.${i}.mlp.c_proj.bias`, [embd]),
    ];
  };
  return [
    linear("wte", "wte.weight", [config.vocab_size, embd]),
    linear("wpe", "wpe.weight", [config.max_position_embeddings, embd]),
    ...Array.from({ length: config.num_layers }, (_, i) => block(i)).flat(),
    ...norm("ln_f", "ln_f"),
    ...(config.tie_word_embeddings
      ? []
      : [{ path: "lm_head", name: "lm_head.weight", shape: [config.vocab_size, embd] }]),
  ];
}
