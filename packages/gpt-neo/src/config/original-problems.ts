import { isUsualActivation } from "./activation-names.ts";
import type { Config } from "./config.ts";
import { unusualParts } from "./original-parts.ts";

/** What is wrong with the original's own options in a config, or with having them. */
export function originalProblems(config: Config): readonly (readonly [string, string])[] {
  const { model_type, attention_layers, activation_function, original } = config;
  if (model_type === "gpt_neo_mesh") return ownProblems(config);
  const theirs = "which models of type gpt_neo_mesh have";
  const kinds = [...new Set(attention_layers)].filter((kind) => /^(linear|none)$/.test(kind));
  return [
    ...kinds.map((kind) => ["attention_types", `has "${kind}", ${theirs}`] as const),
    ...(isUsualActivation(activation_function)
      ? []
      : [["activation_function", `is "${activation_function}", ${theirs}`] as const]),
    ...Object.entries(unusualParts(original)).map(
      ([key, value]) => [`original.${key}`, `is ${JSON.stringify(value)}, ${theirs}`] as const,
    ),
  ];
}

function ownProblems(config: Config): readonly (readonly [string, string])[] {
  const { scalenorm, rezero, axial_pos_emb, causal, moe } = config.original;
  const { pos_emb } = config.architecture;
  const found: [string, string][] = [];
  if (scalenorm && rezero) {
    found.push(["original.scalenorm", "is true, but rezero leaves nothing to norm"]);
  }
  if (axial_pos_emb && pos_emb !== "learned") {
    found.push(["original.axial_pos_emb", `is given, but architecture.pos_emb is "${pos_emb}"`]);
  }
  const beyond = moe?.layers.filter((layer) => layer >= config.num_layers) ?? [];
  if (beyond.length > 0) {
    const told = `names ${beyond.join(", ")}, and num_layers is ${config.num_layers}`;
    found.push(["original.moe.layers", told]);
  }
  if (moe?.gating === "switch" && moe.switch_top_k > moe.num_experts) {
    const told = `is ${moe.switch_top_k}, and num_experts is ${moe.num_experts}`;
    found.push(["original.moe.switch_top_k", told]);
  }
  // A model whose tokens see each other can be read and measured without: training asks for it.
  if (causal && config.training.masking !== null) {
    found.push(["training.masking", "is given, but original.causal is true"]);
  }
  return found;
}
