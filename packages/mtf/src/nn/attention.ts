import { functionArgument, numberArgument, optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { hasDim, misuse, namedDim, tensorArgument } from "../ops/check.ts";
import { einsum } from "../ops/einsum/einsum.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { mul, where } from "../ops/elementwise/functions.ts";
import { lowest } from "../ops/maskedAttention/primitives.ts";
import { softmax } from "../ops/softmax/softmax.ts";
import { type ExtraLogit, softmaxWithExtra } from "./extraLogit.ts";

/** What becomes of the products of queries and keys until they are weights. */
export interface Scoring<Seen extends string> {
  /** Added to the scaled products, broadcast by name: `alibi`, or a learned bias for each distance. */
  // biome-ignore lint/suspicious/noExplicitAny: any of the dims of scores
  readonly bias?: Tensor<any> | undefined;
  /** Applied to the scores, the bias included: a soft limit, or a mixture of heads. */
  readonly scores?: (<A extends string>(scores: Tensor<A>) => Tensor<A>) | undefined;
  /** Where a position may look, broadcast by name: see `causal`. By default everywhere. */
  readonly visible?: Tensor<Seen, "bool"> | undefined;
  /** The logit of looking nowhere: a number, or a scalar that is learned. By default there is none. */
  readonly extra?: ExtraLogit | undefined;
  /** Applied to the weights, each row of which sums to 1: dropout. */
  readonly weights?: (<A extends string>(weights: Tensor<A>) => Tensor<A>) | undefined;
}

/** What attention is beside queries, keys and values. */
export interface AttentionOptions<Query extends string, Key extends string, Seen extends string>
  extends Scoring<Seen> {
  /** The positions of keys and values, which the result has no more. */
  readonly over: Select<Key>;
  /** The dim in which a query is compared with a key. */
  readonly within: Select<Query & Key>;
  /** What products are multiplied by, such as 1/√kv; default 1. */
  readonly scale?: number | undefined;
}

/** The names of the options of `Scoring`. */
export const scoringOptions: readonly string[] = ["bias", "scores", "visible", "extra", "weights"];

/**
 * The mean of the values, weighted by how well their keys fit the query. Dims that queries and keys
 * share line up, as heads do; those of queries alone, such as several queries to one head of keys
 * (grouped queries), see the same keys. So one function serves all of these, split in any way.
 *
 * @param query such as [batch, length, heads, kv]
 * @param keys such as [batch, memory, heads, kv]
 * @param values with the dims of keys, of which `within` may have another size
 * @returns with the dims of the query, `within` as long as that of values
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * attention(query, keys, values, { over: "memory", within: "kv", scale: 1 / Math.sqrt(kv.size) });
 */
export function attention<Query extends string, Key extends string, Seen extends string = never>(
  query: Tensor<Query>,
  keys: Tensor<Key>,
  values: Tensor<NoInfer<Key>>,
  options: AttentionOptions<Query, Key, Seen>,
): Tensor<Query> {
  const from = tensorArgument("attention", "query", query, ["float32"]);
  const to = tensorArgument("attention", "keys", keys, ["float32"]);
  optionsArgument("attention", "options", options, [
    ...["over", "within", "scale"],
    ...scoringOptions,
  ]);
  const { scale, visible, extra, weights: change } = options;
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
  const changed = scored(scaled, options.bias, options.scores);
  const scores =
    visible === undefined
      ? changed
      : where(visible as never as Tensor<string, "bool">, changed, lowest);
  const weights =
    extra === undefined ? softmax(scores, over) : softmaxWithExtra(scores, over, extra);
  const given = change ? change(weights) : weights;
  return product(given as AnyTensor, values as AnyTensor, from.names) as never;
}

/** Products with a bias, and then with what else is done to them. */
function scored(
  products: Tensor<string>,
  bias: AnyTensor | undefined,
  scores: Scoring<never>["scores"],
): Tensor<string> {
  let result = products;
  if (bias !== undefined) {
    const added = tensorArgument("attention", "options.bias", bias, ["float32"]);
    const extra = added.names.find((name) => !hasDim(products, `${name}`));
    if (extra !== undefined) {
      const sentence = `attention: 'options.bias' has a dim '${extra}', and scores have none.`;
      throw misuse("missing-dim", sentence, { scores: products, bias: added }, [], { dim: extra });
    }
    result = apply("add", products, added) as Tensor<string>;
  }
  if (scores === undefined) return result;
  functionArgument("attention", "options.scores", scores);
  return scores(result);
}

function product(a: AnyTensor, b: AnyTensor, names: readonly string[]): Tensor<string> {
  return einsum(a as never, b as never, ...(names as never[])) as never;
}
