import type { Dimension } from "../dimension.ts";
import { constantly } from "./parameters/initializers.ts";
import { type Parameter, parameter } from "./parameters/parameter.ts";

/**
 * The parameters of `layerNorm`: a gain of 1 and a bias of 0.
 *
 * @throws MtfError `bad-argument`
 * @example
 * const norm = layerNormParams(embd);
 */
export function layerNormParams<N extends string>(
  over: Dimension<N>,
): { readonly gain: Parameter<N>; readonly bias: Parameter<N> } {
  return { gain: parameter([over], constantly(1)), bias: parameter([over], constantly(0)) };
}
