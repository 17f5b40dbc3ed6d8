import {
  type AnyTensor,
  clipAdaptively,
  clipByGlobalNorm,
  clipByValue,
  globalNorm,
  type Scalar,
} from "mtf";
import type { Config } from "../config/index.ts";
import type { Parameters } from "../models/index.ts";
import { matrixSides } from "./matrix-sides.ts";

/**
 * A gradient as its config clips it: by the norms of the weights of each output, by value, and by its
 * global norm.
 *
 * @returns with it the global norm of what is clipped by that, before it is
 */
export function clipped(
  { training }: Config,
  gradient: Parameters,
  parameters: Parameters,
): { readonly gradient: Parameters; readonly norm: Scalar } {
  const { clip_adaptive: adaptive, clip_value: value, clip_norm: most } = training;
  const fair =
    adaptive === null ? gradient : clipAdaptively(gradient, parameters, adaptive, { units });
  const held = value === null ? fair : clipByValue(fair, value);
  if (most === null) return { gradient: held, norm: globalNorm(held) };
  const { clipped, norm } = clipByGlobalNorm(held, most);
  return { gradient: clipped, norm };
}

/** The dims that count a parameter's outputs: of a vector none, which is one unit. */
function units(path: string, parameter: AnyTensor): readonly string[] {
  const sides = matrixSides(path, parameter);
  if (!sides) return [];
  return parameter.names.filter((name) => !sides.inputs.includes(name));
}
