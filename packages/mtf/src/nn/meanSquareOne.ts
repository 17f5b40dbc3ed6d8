import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Tensor } from "../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../ops/check.ts";
import { add, mul, rsqrt, square } from "../ops/elementwise/functions.ts";
import { mean } from "../ops/reduce/reduce.ts";
import { slice } from "../ops/slice/slice.ts";

/** What norms do that subtract nothing, before they scale: elements along a dim have a mean square of 1. */
export function meanSquareOne(
  op: string,
  x: unknown,
  over: unknown,
  options: { readonly epsilon?: number | undefined; readonly part?: number | undefined },
  known: readonly string[] = ["epsilon"],
): Tensor<string> {
  const numbers = tensorArgument(op, "x", x, ["float32"]) as Tensor<string>;
  const { name, size: all } = namedDim(op, "over", numbers, over);
  optionsArgument(op, "options", options, known);
  const epsilon = numberArgument(op, "options.epsilon", options.epsilon ?? 1e-6);
  const part = numberArgument(op, "options.part", options.part ?? 1);
  const counted = Math.floor(all * part);
  if (!(part <= 1 && counted >= 1)) {
    const sentence = `${op}: a part of ${part} is none of the ${all} elements of '${name}'.`;
    throw misuse("bad-argument", sentence, { x: numbers }, [], { dim: name, size: all });
  }
  const some = counted === all ? numbers : (slice(numbers, name, 0, counted) as Tensor<string>);
  const size = rsqrt(add(mean(square(some), name) as Tensor<string>, epsilon));
  return mul(numbers, size);
}
