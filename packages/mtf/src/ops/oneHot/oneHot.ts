import type { Dimension } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { dtypeArgument, newDim, requireFree, tensorArgument } from "../check.ts";

export function encoded(ids: AnyTensor, dim: Dimension, dtype: DType): AnyTensor {
  return makeTensor("oneHot", { dim: dim.name }, [ids], { dims: [...dimsOf(ids), dim], dtype });
}

/**
 * 1 where a position along the new dim equals the index, else 0; nothing but 0 for an index outside.
 *
 * @throws MtfError `dim-taken`, `dtype-mismatch` unless the ids are int32
 * @example
 * oneHot(label, digit); // int32 [batch] -> [batch, digit]
 */
export function oneHot<A extends string, N extends string, D extends DType = "float32">(
  ids: Tensor<A, "int32">,
  dim: Dimension<N>,
  dtype: D = "float32" as D,
): Tensor<A | N, NoInfer<D>> {
  const tensor = tensorArgument("oneHot", "ids", ids, ["int32"]);
  requireFree("oneHot", tensor, newDim("oneHot", "dim", dim).name);
  return encoded(tensor, dim, dtypeArgument("oneHot", "dtype", dtype)) as never;
}
