import type { Select } from "../dimension.ts";
import type { Scalar, Tensor } from "../graph/tensor.ts";
import { mul } from "../ops/elementwise/functions.ts";
import { meanSquareOne } from "./meanSquareOne.ts";
import { constantly } from "./parameters/initializers.ts";
import { type Parameter, parameter } from "./parameters/parameter.ts";

/**
 * The parameters of `scaleNorm`: one number, which begins as 1.
 *
 * @example
 * const norm = scaleNormParams();
 */
export function scaleNormParams(): { readonly scale: Parameter<never> } {
  return { scale: parameter([], constantly(1)) };
}

/**
 * Scales the elements along a dim to a mean square of 1, then by one number for all of them (Nguyen and
 * Salazar, 2019).
 *
 * @param options.epsilon added to the mean square before its root is taken; default 1e-6
 * @throws MtfError `missing-dim`, `dtype-mismatch`
 * @example
 * const { scale } = initialValues(k, scaleNormParams());
 * scaleNorm(x, scale, "embd"); // [batch, embd], [] -> [batch, embd]
 */
export function scaleNorm<A extends string, S extends A>(
  x: Tensor<A>,
  scale: Scalar,
  over: Select<S>,
  options: { readonly epsilon?: number | undefined } = {},
): Tensor<A> {
  return mul(meanSquareOne("scaleNorm", x, over, options), scale as never) as never;
}
