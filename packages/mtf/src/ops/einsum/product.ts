import type { Dimension } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import type { AnyTensor } from "../../graph/tensor.ts";

/** The einsum node: dims that the result lacks must be shared. */
export function product(a: AnyTensor, b: AnyTensor, dims: readonly Dimension[]): AnyTensor {
  return makeTensor("einsum", {}, [a, b], { dims, dtype: a.dtype });
}
