import { defineModel } from "../define-model.ts";
import type { Model } from "../model.ts";
import { alikeInLayers, rotaryPositions, sequential, usualBlocks } from "../parts.ts";
import { groupedDims } from "./dims.ts";
import { forward } from "./forward.ts";
import { parameters } from "./parameters.ts";

/** Llama (Touvron et al., 2023), and what is made like it: Mistral, Code Llama, Llemma. */
export const llama: Model = defineModel({
  title: "Llama",
  parts: {
    ...rotaryPositions,
    ...usualBlocks,
    ...sequential,
    ...alikeInLayers,
    norm: [["rmsnorm"], '"rmsnorm"'],
    use_bias_in_norms: [[false], "norms without a bias"],
    activation: [["swiglu", "geglu", "reglu"], '"swiglu", "geglu" or "reglu"'],
  },
  dims: groupedDims,
  parameters,
  forward,
  files: {
    prefix: "model.",
    embedding: "model.embed_tokens.weight",
    output: "lm_head.weight",
    derived: /\.self_attn\.rotary_emb\.\w+$/,
  },
  finalNorm: "ln_f",
  isLookup: (config, path) => path === "wte" && !config.tie_word_embeddings,
});
