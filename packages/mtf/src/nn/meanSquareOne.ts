import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Tensor } from "../graph/tensor.ts";
import { namedDim, tensorArgument } from "../ops/check.ts";
import { add, mul, rsqrt, square } from "../ops/elementwise/functions.ts";
import { mean } from "../ops/reduce/reduce.ts";

/** What norms do that subtract nothing, before they scale: elements along a dim have a mean square of 1. */
export function meanSquareOne(
  op: string,
  x: unknown,
  over: unknown,
  options: { readonly epsilon?: number | undefined },
): Tensor<string> {
  const numbers = tensorArgument(op, "x", x, ["float32"]) as Tensor<string>;
  const { name } = namedDim(op, "over", numbers, over);
  optionsArgument(op, "options", options, ["epsilon"]);
  const epsilon = numberArgument(op, "options.epsilon", options.epsilon ?? 1e-6);
  const size = rsqrt(add(mean(square(numbers), name) as Tensor<string>, epsilon));
  return mul(numbers, size);
}
