import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import type { Scalar, Tensor } from "../graph/tensor.ts";
import { namedDim, tensorArgument } from "../ops/check.ts";
import { add, mul, rsqrt, square } from "../ops/elementwise/functions.ts";
import { mean } from "../ops/reduce/reduce.ts";

/**
 * Scales the elements along a dim to a mean square of 1, then by one number for all of them (Nguyen and
 * Salazar, 2019).
 *
 * @param options.epsilon added to the mean square before its root is taken; default 1e-6
 * @throws MtfError `missing-dim`, `dtype-mismatch`
 * @example
 * scaleNorm(x, p.scale, "embd"); // [batch, embd], [] -> [batch, embd]
 */
export function scaleNorm<A extends string, S extends A>(
  x: Tensor<A>,
  scale: Scalar,
  over: Select<S>,
  options: { readonly epsilon?: number | undefined } = {},
): Tensor<A> {
  const tensor = tensorArgument("scaleNorm", "x", x, ["float32"]);
  const { name } = namedDim("scaleNorm", "over", tensor, over);
  optionsArgument("scaleNorm", "options", options, ["epsilon"]);
  const epsilon = numberArgument("scaleNorm", "options.epsilon", options.epsilon ?? 1e-6);
  const numbers = tensor as Tensor<string>;
  const size = rsqrt(add(mean(square(numbers), name) as Tensor<string>, epsilon));
  return mul(mul(numbers, size), scale as never) as never;
}
