import type { Config } from "../config/index.ts";
import { gptNeo } from "./gpt_neo/index.ts";
import type { Parameters } from "./gpt_neo/parameters.ts";
import type { Model } from "./model.ts";

export type { Dims } from "./dims.ts";
export type { Parameters } from "./gpt_neo/parameters.ts";
export type { Forward, ForwardOptions, Model } from "./model.ts";
export type { ParameterName } from "./parameter-name.ts";
export { type WeightsDType, weightsDTypes } from "./weights-dtype.ts";

/**
 * The architecture that a config is of.
 *
 * @example
 * const { logits } = modelOf(config).forward(config, dims, parameters, tokens);
 */
export function modelOf({ model_type }: Pick<Config, "model_type">): Model<Parameters> {
  return models[model_type];
}

const models: { readonly [Type in Config["model_type"]]: Model<Parameters> } = {
  gpt_neo: gptNeo,
};
