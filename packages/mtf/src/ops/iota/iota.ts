import type { Dimension } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import { newDim } from "../check.ts";

export function count(dim: Dimension): AnyTensor {
  return makeTensor("iota", {}, [], { dims: [dim], dtype: "int32" });
}

/**
 * 0, 1, 2 … along a dim.
 *
 * @example
 * iota(length); // int32 [length]
 */
export function iota<N extends string>(dim: Dimension<N>): Tensor<N, "int32"> {
  return count(newDim("iota", "dim", dim)) as never;
}
