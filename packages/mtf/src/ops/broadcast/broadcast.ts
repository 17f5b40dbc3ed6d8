import type { Dimension } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { newDims, requireFree, tensorArgument } from "../check.ts";

/** The value along all of `dims`, which include its own, in their order. */
export function spread(x: AnyTensor, dims: readonly Dimension[]): AnyTensor {
  if (dims.map((d) => d.name).join() === x.names.join()) return x;
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
  D extends "float32" | "int32" | "bool",
  New extends string = never,
>(x: Tensor<A, D>, ...dims: Dimension<New>[]): Tensor<A | New, D> {
  const tensor = tensorArgument("broadcast", "x", x);
  for (const d of newDims("broadcast", "dims", dims)) requireFree("broadcast", tensor, d.name);
  return spread(tensor, [...dims, ...dimsOf(tensor)]) as never;
}
