import { defineModel } from "../define-model.ts";
import { gptNeo } from "../gpt_neo/index.ts";
import type { Model } from "../model.ts";
import { alikeInLayers, layerNormed, ownKeys, sequential, usualBlocks } from "../parts.ts";
import { meshDims } from "./dims.ts";
import { forward } from "./forward.ts";
import { parameters } from "./parameters.ts";

/** GPT-Neo with the options of its original on Mesh-TensorFlow. */
export const gptNeoMesh: Model = defineModel({
  title: "GPT-Neo with the original's options",
  parts: {
    ...layerNormed,
    ...usualBlocks,
    ...ownKeys,
    ...sequential,
    ...alikeInLayers,
    pos_emb: [["learned", "rotary"], '"learned", a table of positions, and "rotary"'],
    opt_pos_emb_offset: [[0], "positions from 0 on"],
    num_unique_layers: [[null, 1], "weights of each layer's own, or one set for all: 1"],
  },
  dims: meshDims,
  parameters,
  forward,
  files: gptNeo.files,
  finalNorm: "ln_f",
  isLookup: (config, path) =>
    path === "wpe" ||
    path.startsWith("axial_wpe") ||
    (path === "wte" && !config.tie_word_embeddings),
});
