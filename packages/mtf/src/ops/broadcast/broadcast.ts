import type { Dimension, Dimensions } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { newDims, requireFree, tensorArgument } from "../check.ts";

/** The value along all of `dims`, which include its own, in their order. */
export function spread(x: AnyTensor, dims: readonly Dimension[]): AnyTensor {
  const own = dimsOf(x);
  if (own.length === dims.length && own.every((d, i) => d.name === dims[i]!.name)) return x;
  return makeTensor("broadcast", {}, [x], { dims, dtype: x.dtype });
}

/**
 * The same numbers along new dims, which come first.
 *
 * @throws MtfError `dim-taken` where the tensor has a dim of that name, `duplicate-dim`
 * @example
 * broadcast(bias, batch); // [embd] -> [batch, embd]
 */
export function broadcast<
  A extends string,
  D extends DType,
  const New extends readonly string[] = [],
>(x: Tensor<A, D>, ...added: Dimensions<New>): Tensor<A | New[number], D> {
  const tensor = tensorArgument("broadcast", "x", x);
  const dims = newDims("broadcast", "dims", added);
  for (const { name } of dims) {
    requireFree("broadcast", tensor, name, `leave out ${name}: only new dims are named`);
  }
  return spread(tensor, [...dims, ...dimsOf(tensor)]) as never;
}
