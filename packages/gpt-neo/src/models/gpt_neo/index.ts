import { defineModel } from "../define-model.ts";
import { positionDim, usualDims } from "../dims.ts";
import type { Model } from "../model.ts";
import {
  alikeInLayers,
  layerNormed,
  learnedPositions,
  ownKeys,
  sequential,
  usualBlocks,
} from "../parts.ts";
import { forward } from "./forward.ts";
import { parameters } from "./parameters.ts";

/** GPT-Neo (Black et al., 2021). */
export const gptNeo: Model = defineModel({
  title: "GPT-Neo",
  parts: {
    ...learnedPositions,
    ...layerNormed,
    ...usualBlocks,
    ...ownKeys,
    ...sequential,
    ...alikeInLayers,
  },
  dims: (config, ...sizes) => ({ ...usualDims(config, ...sizes), ...positionDim(config) }),
  parameters,
  forward,
  files: {
    prefix: "transformer.",
    embedding: "transformer.wte.weight",
    output: "lm_head.weight",
    derived: /\.attn\.attention\.(bias|masked_bias)$/,
  },
  finalNorm: "ln_f",
  isLookup: (config, path) => path === "wpe" || (path === "wte" && !config.tie_word_embeddings),
});
