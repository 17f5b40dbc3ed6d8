import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { newName, requireFree, selectDim, tensorArgument } from "../check.ts";

export function renamed(x: AnyTensor, from: string, to: string): AnyTensor {
  const dims = dimsOf(x).map((d) => (d.name === from ? { name: to, size: d.size } : d));
  return makeTensor("rename", { from, to }, [x], { dims, dtype: x.dtype });
}

/**
 * The same tensor with a dim under another name.
 *
 * @throws MtfError `missing-dim`, and `dim-taken` where the new name is in use
 * @example
 * rename(keys, "length", "memory_length");
 */
export function rename<A extends string, D extends DType, From extends A, const To extends string>(
  x: Tensor<A, D>,
  from: From,
  to: To extends A ? `this tensor already has a dimension '${To}'` : To,
): Tensor<Exclude<A, From> | To, D> {
  const tensor = tensorArgument("rename", "x", x);
  const { name } = selectDim("rename", "from", tensor, from);
  const other = newName("rename", "to", to);
  requireFree("rename", tensor, other);
  return renamed(tensor, name, other) as never;
}
