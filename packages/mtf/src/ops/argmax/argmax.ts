import { nameOf, type Select, type Without } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { requireDtype, selectDim } from "../check.ts";
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
  const tensor = x as AnyTensor;
  requireDtype("argmax", tensor, ["float32", "int32"]);
  const { name } = selectDim("argmax", tensor, nameOf(over));
  const dims = dimsOf(tensor).filter((d) => d.name !== name);
  return makeTensor("argmax", { over: name }, [tensor], { dims, dtype: "int32" }) as never;
}
