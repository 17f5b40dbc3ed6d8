import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { namedDim, tensorArgument } from "../ops/check.ts";
import { add, mul, rsqrt, square } from "../ops/elementwise/functions.ts";
import { mean } from "../ops/reduce/reduce.ts";

/**
 * Scales the elements along a dim to a mean square of 1, then by a gain. Nothing is subtracted
 * (Zhang and Sennrich, 2019); it is the norm of Llama.
 *
 * @param options.epsilon added to the mean square before its root is taken; default 1e-6
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * rmsNorm(x, p.gain, "embd"); // [batch, length, embd], [embd] -> [batch, length, embd]
 */
export function rmsNorm<A extends string, S extends A>(
  x: Tensor<A>,
  gain: Tensor<NoInfer<S>>,
  over: Select<S>,
  options: { readonly epsilon?: number | undefined } = {},
): Tensor<A> {
  const tensor = tensorArgument("rmsNorm", "x", x, ["float32"]);
  const { name } = namedDim("rmsNorm", "over", tensor, over);
  optionsArgument("rmsNorm", "options", options, ["epsilon"]);
  const epsilon = numberArgument("rmsNorm", "options.epsilon", options.epsilon ?? 1e-6);
  const numbers = tensor as Tensor<string>;
  const size = rsqrt(add(mean(square(numbers), name) as Tensor<string>, epsilon));
  return mul(mul(numbers, size), gain as never) as never;
}
