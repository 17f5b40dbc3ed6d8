import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { hasDim, namedDim, tensorArgument } from "../ops/check.ts";
import { einsum } from "../ops/einsum/einsum.ts";
import { add, mul, where } from "../ops/elementwise/functions.ts";
import { softmax } from "../ops/softmax/softmax.ts";
import { type ExtraLogit, softmaxWithExtra } from "./extraLogit.ts";

/** What attention is beside queries, keys and values. */
export interface AttentionOptions<
  Query extends string,
  Key extends string,
  Seen extends string,
  Bias extends string = never,
> {
  /** The positions of keys and values, which the result has no more. */
  readonly over: Select<Key>;
  /** The dim in which a query is compared with a key. */
  readonly within: Select<Query & Key>;
  /** What scores are multiplied by, such as 1/√kv; default 1. */
  readonly scale?: number | undefined;
  /** What is added to scores that have been scaled, broadcast by name: `alibi`, a bias by buckets. */
  readonly bias?: Tensor<Bias> | undefined;
  /** Where a position may look, broadcast by name: see `causal`. By default everywhere. */
  readonly visible?: Tensor<Seen, "bool"> | undefined;
  /** The logit of looking nowhere: a number, or a scalar that is learned. By default there is none. */
  readonly extra?: ExtraLogit | undefined;
  /** Applied to the weights, each row of which sums to 1: dropout. */
  readonly weights?: (<A extends string>(weights: Tensor<A>) => Tensor<A>) | undefined;
}

/** The lowest float32: what the score becomes of what is not to be seen. */
const lowest = -3.4028234663852886e38;

/**
 * The mean of the values, weighted by how well their keys fit the query. Dims that queries and keys
 * share line up, as heads do; those of queries alone, such as several queries to one head of keys
 * (grouped queries), see the same keys. So one function serves all of these, split in any way.
 *
 * @param query such as [batch, length, heads, kv]
 * @param keys such as [batch, memory, heads, kv]
 * @param values with the dims of keys
 * @returns with the dims of the query
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * attention(query, keys, values, { over: "memory", within: "kv", scale: 1 / Math.sqrt(kv.size) });
 */
export function attention<
  Query extends string,
  Key extends string,
  Seen extends string = never,
  Bias extends string = never,
>(
  query: Tensor<Query>,
  keys: Tensor<Key>,
  values: Tensor<NoInfer<Key>>,
  options: AttentionOptions<Query, Key, Seen, Bias>,
): Tensor<Query> {
  const from = tensorArgument("attention", "query", query, ["float32"]);
  const to = tensorArgument("attention", "keys", keys, ["float32"]);
  optionsArgument("attention", "options", options, [
    ...["over", "within", "scale", "bias", "visible", "extra", "weights"],
  ]);
  const { scale, bias, visible, extra, weights: change } = options;
  const over = namedDim("attention", "options.over", to, options.over as never).name;
  const within = namedDim("attention", "options.within", to, options.within as never).name;
  const names = (from.names as readonly string[]).filter((name) => name !== within);
  const shared = names.filter((name) => hasDim(to, name));
  const own = names.filter((name) => !hasDim(to, name));
  const products = product(from, to, [...shared, ...own, over]);
  const scaled =
    scale === undefined
      ? products
      : mul(products, numberArgument("attention", "options.scale", scale));
  const biased = bias === undefined ? scaled : add(scaled, bias as never as Tensor<string>);
  const scores =
    visible === undefined
      ? biased
      : where(visible as never as Tensor<string, "bool">, biased, lowest);
  const weights =
    extra === undefined ? softmax(scores, over) : softmaxWithExtra(scores, over, extra);
  const given = change ? change(weights) : weights;
  return product(given as AnyTensor, values as AnyTensor, from.names) as never;
}

function product(a: AnyTensor, b: AnyTensor, names: readonly string[]): Tensor<string> {
  return einsum(a as never, b as never, ...(names as never[])) as never;
}
