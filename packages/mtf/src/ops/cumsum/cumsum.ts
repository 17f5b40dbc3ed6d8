import { booleanArgument, optionsArgument } from "../../arguments.ts";
import type { Select } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { namedDim, tensorArgument } from "../check.ts";
import type { Numeric } from "../elementwise/binary.ts";

export function runningSum(
  x: AnyTensor,
  over: string,
  exclusive: boolean,
  reverse: boolean,
): AnyTensor {
  const result = { dims: dimsOf(x), dtype: x.dtype };
  return makeTensor("cumsum", { over, exclusive, reverse }, [x], result);
}

/**
 * The running sum along a dim: each element with all before it, or without itself where
 * `exclusive`; with `reverse`, all behind it.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`
 * @example
 * cumsum(probability, "choice", { exclusive: true });
 */
export function cumsum<A extends string, D extends Numeric, S extends A>(
  x: Tensor<A, D>,
  over: Select<S>,
  options: {
    readonly exclusive?: boolean | undefined;
    readonly reverse?: boolean | undefined;
  } = {},
): Tensor<A, D> {
  const tensor = tensorArgument("cumsum", "x", x, ["float32", "int32"]);
  const { name } = namedDim("cumsum", "over", tensor, over);
  optionsArgument("cumsum", "options", options, ["exclusive", "reverse"]);
  const { exclusive = false, reverse = false } = options;
  booleanArgument("cumsum", "options.exclusive", exclusive);
  booleanArgument("cumsum", "options.reverse", reverse);
  return runningSum(tensor, name, exclusive, reverse) as never;
}
