import type { Key, Tensor } from "mtf";
import type { Config } from "../config/index.ts";
import type { Dims } from "./dims.ts";
import { gptNeo } from "./gpt_neo/index.ts";
import { gptNeoMesh } from "./gpt_neo_mesh/index.ts";
import { gptNeox } from "./gpt_neox/index.ts";
import { gpt2 } from "./gpt2/index.ts";
import { gptj } from "./gptj/index.ts";
import { llama } from "./llama/index.ts";
import type { Forward, ForwardOptions, Model, Parameters } from "./model.ts";
import type { ParameterName } from "./parameter-name.ts";
import type { WeightsDType } from "./weights-dtype.ts";

export { type Cache, type Continued, cacheOf, keepingLayers, type LayerCache } from "./cache.ts";
export type { Dims } from "./dims.ts";
export type {
  Forward,
  ForwardOptions,
  Model,
  ParameterBlock,
  ParameterGroup,
  Parameters,
} from "./model.ts";
export type { ParameterName } from "./parameter-name.ts";
export { type Paged, type Pool, type PoolSize, poolDims, poolOf } from "./pool.ts";
export { type WeightsDType, weightsDTypes } from "./weights-dtype.ts";

/**
 * The architecture that a config is of.
 *
 * @example
 * const { logits } = modelOf(config).forward(config, dims, parameters, tokens);
 */
export function modelOf({ model_type }: Pick<Config, "model_type">): Model {
  return models[model_type];
}

const models: { readonly [Type in Config["model_type"]]: Model } = {
  gpt_neo: gptNeo,
  gpt_neo_mesh: gptNeoMesh,
  gpt2,
  gpt_neox: gptNeox,
  gptj,
  llama,
  mistral: llama,
};

/**
 * The dims of a model at work on `batch` sequences of `length` tokens.
 *
 * @throws MtfError `bad-argument` if the config asks for what its architecture is not made of
 * @example
 * const { batch, length, embd } = dimsOf(config, 8, 1024);
 */
export function dimsOf(config: Config, batch: number, length: number): Dims {
  return modelOf(config).dims(config, batch, length);
}

/**
 * The model: tokens to the logits of what follows each.
 *
 * @example
 * const { logits } = forward(config, dims, parameters, tokens);
 */
export function forward(
  config: Config,
  dims: Dims,
  parameters: Parameters,
  tokens: Tensor<"batch" | "length", "int32">,
  options: ForwardOptions = {},
): Forward {
  return modelOf(config).forward(config, dims, parameters, tokens, options);
}

/**
 * Fresh parameters: matrices normal with the spreads that the config gives them, biases 0, gains 1.
 *
 * @example
 * const begin = lower(() => initialParameters(config, dims, key(42)), { layout, inputs: [] });
 */
export function initialParameters(config: Config, dims: Dims, key: Key): Parameters {
  return modelOf(config).initial(config, dims, key);
}

/**
 * Parameters without numbers, to lower functions of parameters with. Dims are stored in the order of
 * the published weights, so that a device reads its slice straight from the file.
 *
 * @param dtype what they rest as; default float32
 * @example
 * const inputs = [parameterPlaceholders(config, dims), tokens] as const;
 */
export function parameterPlaceholders(
  config: Config,
  dims: Dims,
  dtype: WeightsDType = "float32",
): Parameters {
  return modelOf(config).placeholders(config, dims, dtype);
}

/**
 * The parameters by their names in Hugging Face's files. Numbers lie in the same order in both: only
 * several dims of a parameter, such as heads and their parts, may be one in files.
 *
 * @example
 * const names = parameterNames(config).map(({ name }) => name); // "transformer.wte.weight", …
 */
export function parameterNames(config: Config): readonly ParameterName[] {
  return modelOf(config).names(config);
}
