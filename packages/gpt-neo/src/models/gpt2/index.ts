import { defineModel } from "../define-model.ts";
import { positionDim } from "../dims.ts";
import type { Model } from "../model.ts";
import { packedDims } from "../packed.ts";
import { layerNormed, learnedPositions, ownKeys, sequential, usualBlocks } from "../parts.ts";
import { forward } from "./forward.ts";
import { parameters } from "./parameters.ts";

/** GPT-2 (Radford et al., 2019), and what is made like it. */
export const gpt2: Model = defineModel({
  title: "GPT-2",
  parts: {
    ...usualBlocks,
    ...learnedPositions,
    ...layerNormed,
    ...ownKeys,
    ...sequential,
    use_bias_in_attn_linear: [[true], "attention with biases"],
  },
  dims: (config, ...sizes) => ({ ...packedDims(config, ...sizes), ...positionDim(config) }),
  parameters,
  forward,
  files: {
    prefix: "transformer.",
    embedding: "transformer.wte.weight",
    output: "lm_head.weight",
    derived: /\.attn\.(bias|masked_bias)$/,
  },
  finalNorm: "ln_f",
  isLookup: (config, path) => path === "wpe" || (path === "wte" && !config.tie_word_embeddings),
});
