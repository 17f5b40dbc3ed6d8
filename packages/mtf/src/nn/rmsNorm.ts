import type { Dimension, Select } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { mul } from "../ops/elementwise/functions.ts";
import { meanSquareOne } from "./meanSquareOne.ts";
import { constantly } from "./parameters/initializers.ts";
import { type Parameter, parameter } from "./parameters/parameter.ts";

/**
 * The parameters of `rmsNorm`: a gain of 1.
 *
 * @throws MtfError `bad-argument`
 * @example
 * const norm = rmsNormParams(embd);
 */
export function rmsNormParams<N extends string>(
  over: Dimension<N>,
): { readonly gain: Parameter<N> } {
  return { gain: parameter([over], constantly(1)) };
}

/**
 * Scales the elements along a dim to a mean square of 1, then by a gain. Nothing is subtracted
 * (Zhang and Sennrich, 2019); it is the norm of Llama.
 *
 * @param options.epsilon added to the mean square before its root is taken; default 1e-6
 * @param options.part how much of the dim the mean square is of, its first elements; default 1, all
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument`
 * @example
 * rmsNorm(x, p.gain, "embd"); // [batch, length, embd], [embd] -> [batch, length, embd]
 */
export function rmsNorm<A extends string, S extends A>(
  x: Tensor<A>,
  gain: Tensor<NoInfer<S>>,
  over: Select<S>,
  options: { readonly epsilon?: number | undefined; readonly part?: number | undefined } = {},
): Tensor<A> {
  return mul(
    meanSquareOne("rmsNorm", x, over, options, ["epsilon", "part"]),
    gain as never,
  ) as never;
}
