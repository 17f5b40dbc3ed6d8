import { defineModel } from "../define-model.ts";
import type { Model } from "../model.ts";
import { packedDims } from "../packed.ts";
import { alikeInLayers, layerNormed, ownKeys, rotaryPositions, usualBlocks } from "../parts.ts";
import { forward } from "./forward.ts";
import { parameters } from "./parameters.ts";

/** GPT-NeoX (Black et al., 2022): Pythia, GPT-NeoX-20B. */
export const gptNeox: Model = defineModel({
  title: "GPT-NeoX",
  parts: {
    ...rotaryPositions,
    ...layerNormed,
    ...usualBlocks,
    ...ownKeys,
    ...alikeInLayers,
    gpt_j_tied: [[false], "a norm for attention and one for feed-forward"],
  },
  dims: packedDims,
  parameters,
  forward,
  files: {
    prefix: "gpt_neox.",
    embedding: "gpt_neox.embed_in.weight",
    output: "embed_out.weight",
    derived: /\.attention\.(bias|masked_bias|rotary_emb\.\w+)$/,
  },
  finalNorm: "ln_f",
  isLookup: (config, path) => path === "wte" && !config.tie_word_embeddings,
});
