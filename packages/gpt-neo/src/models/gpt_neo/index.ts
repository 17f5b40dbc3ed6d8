import type { Model } from "../model.ts";
import { dimsOf } from "./dims.ts";
import { forward, outputTable } from "./forward.ts";
import { parameterNames } from "./names.ts";
import { initialParameters, type Parameters, parameterPlaceholders } from "./parameters.ts";
import { missingParts, requireParts } from "./parts.ts";

/** GPT-Neo (Black et al., 2021). */
export const gptNeo: Model<Parameters> = {
  missingParts,
  requireParts,
  dims: dimsOf,
  names: parameterNames,
  placeholders: parameterPlaceholders,
  initial: initialParameters,
  forward,
  outputTable,
  isFinalNorm: (path) => path.startsWith("ln_f/"),
  isLookup: (config, path) => path === "wpe" || (path === "wte" && !config.tie_word_embeddings),
};
