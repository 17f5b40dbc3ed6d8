import { defineModel } from "../define-model.ts";
import { usualDims } from "../dims.ts";
import type { Model } from "../model.ts";
import { alikeInLayers, layerNormed, ownKeys, rotaryPositions, usualBlocks } from "../parts.ts";
import { forward } from "./forward.ts";
import { parameters } from "./parameters.ts";

/** GPT-J (Wang and Komatsuzaki, 2021). */
export const gptj: Model = defineModel({
  title: "GPT-J",
  parts: {
    ...rotaryPositions,
    ...layerNormed,
    ...usualBlocks,
    ...ownKeys,
    ...alikeInLayers,
    rotary_scaling: [[null], "rotary embeddings that are not scaled"],
    use_bias_in_attn_linear: [[false], "attention without biases"],
    gpt_j_residual: [[true], "feed-forward beside attention"],
    gpt_j_tied: [[true], "one norm for the two"],
  },
  dims: usualDims,
  parameters,
  forward,
  files: {
    prefix: "transformer.",
    embedding: "transformer.wte.weight",
    output: "lm_head.weight",
    derived: /\.attn\.(bias|masked_bias)$/,
  },
  finalNorm: "ln_f",
  isLookup: (config, path) => path === "wte" && !config.tie_word_embeddings,
});
