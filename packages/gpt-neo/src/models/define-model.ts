import { dimension, fill, fold, type Key, leavesOf, mapLeaves, normal } from "mtf";
import type { Config } from "../config/index.ts";
import type { Dims } from "./dims.ts";
import { initialSpread } from "./initial-spread.ts";
import type { Architecture, Model, Parameters } from "./model.ts";
import { logitsOf, type Output, outputOf } from "./output.ts";
import { flatDims, isParameter, type Parameter } from "./parameter.ts";
import type { ParameterName } from "./parameter-name.ts";
import { missingFrom, refuseMissing } from "./parts.ts";
import { resting } from "./resting.ts";

/**
 * A model of an architecture: what follows from its declared parameters and parts is the same for all.
 *
 * @example
 * const gptNeo = defineModel({ title: "GPT-Neo", parts, dims, parameters, forward, … });
 */
export function defineModel<Own, D extends Dims = Dims>(architecture: Architecture<Own, D>): Model {
  const { title, parts, finalNorm, files } = architecture;
  const missingParts: Model["missingParts"] = (config) => missingFrom(parts, config);
  const requireParts: Model["requireParts"] = (config, where = "the config") =>
    refuseMissing(missingParts(config), title, where);
  const dims: Model["dims"] = (config, batch, length, memory = length) => {
    requireParts(config);
    const own = architecture.dims(config, batch, length);
    return { ...own, memory_length: dimension("memory_length", memory) };
  };
  const declared = (config: Config, of: Dims) => architecture.parameters(config, of as D);
  return {
    missingParts,
    requireParts,
    dims,
    names: (config) => namesOf(declared(config, architecture.dims(config, 1, 1))),
    placeholders: (config, of, dtype = "float32") =>
      each(declared(config, of), (parameter) => resting(parameter, dtype)),
    initial: (config, of, key) =>
      each(declared(config, of), (parameter, path) => begun(config, parameter, fold(key, path))),
    forward: (config, of, parameters, tokens, options) =>
      architecture.forward(config, of as D, parameters as Own, tokens, options),
    outputOf: (parameters) => outputOf(parameters as Parameters & Output),
    logitsOf: (parameters, final) => logitsOf(parameters as Parameters & Output, final),
    files,
    isFinalNorm: (path) => path.startsWith(`${finalNorm}/`),
    isLookup: architecture.isLookup,
  };
}

function each(
  declared: unknown,
  make: (parameter: Parameter, path: string) => unknown,
): Parameters {
  return mapLeaves(declared, isParameter, make) as Parameters;
}

function namesOf(declared: unknown): readonly ParameterName[] {
  return leavesOf(declared, isParameter).map(([path, { name, dims }]) => {
    const groups = dims.map((dim) => [dim].flat());
    const shape = groups.map((group) => group.reduce((n, { size }) => n * size, 1));
    return { path, name, shape, dims: groups };
  });
}

function begun(config: Config, parameter: Parameter, key: Key): unknown {
  const { begin } = parameter;
  const dims = flatDims(parameter);
  if (typeof begin === "number") return fill(dims, begin);
  return normal(key, dims, { std: initialSpread(config, begin) });
}
