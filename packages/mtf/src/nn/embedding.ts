import { optionsArgument } from "../arguments.ts";
import type { Dimension, Select, Without } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { gather } from "../ops/gather/gather.ts";
import { normally } from "./parameters/initializers.ts";
import { type Initializer, type Parameter, parameter } from "./parameters/parameter.ts";

/**
 * The parameters of `embedding`: a row for each index.
 *
 * @param initial by default drawn with a mean of 0 and a standard deviation of 1
 * @throws MtfError `duplicate-dim`
 * @example
 * const words = embeddingParams(vocab, embd, normally({ std: 0.02 }));
 */
export function embeddingParams<V extends string, E extends string>(
  index: Dimension<V>,
  features: Dimension<E>,
  initial: Initializer = normally(),
): { readonly table: Parameter<V | E> } {
  return { table: parameter([index, features], initial) as never };
}

/**
 * The rows of a table that ids name; zeros for an id outside of it.
 *
 * @param over the dim of the table that ids are positions in
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch` unless the ids are int32
 * @example
 * embedding(token, { table }, "vocab"); // int32 [batch, length] -> [batch, length, embd]
 */
export function embedding<B extends string, A extends string, S extends A>(
  ids: Tensor<B, "int32">,
  params: { readonly table: Tensor<A> },
  over: Select<S>,
): Tensor<Without<A, S> | B> {
  optionsArgument("embedding", "params", params, ["table"]);
  return gather(params.table, ids, over);
}
