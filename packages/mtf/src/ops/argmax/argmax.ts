import type { Select, Without } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { dimsOf, type Tensor } from "../../graph/tensor.ts";
import { namedDim, tensorArgument } from "../check.ts";
import type { Numeric } from "../elementwise/binary.ts";

/**
 * The position of the largest element along a dim, the first of equals. NaN is the largest of all.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`
 * @example
 * argmax(logits, "vocab"); // [batch, vocab] -> int32 [batch]
 */
export function argmax<A extends string, D extends Numeric, S extends A>(
  x: Tensor<A, D>,
  over: Select<S>,
): Tensor<Without<A, S>, "int32"> {
  const tensor = tensorArgument("argmax", "x", x, ["float32", "int32"]);
  const { name } = namedDim("argmax", "over", tensor, over);
  const dims = dimsOf(tensor).filter((d) => d.name !== name);
  return makeTensor("argmax", { over: name }, [tensor], { dims, dtype: "int32" }) as never;
}
