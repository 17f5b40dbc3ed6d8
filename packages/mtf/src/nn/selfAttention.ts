import { functionArgument, optionsArgument } from "../arguments.ts";
import type { Dimension, Select } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { namedDim, newDim, tensorArgument } from "../ops/check.ts";
import { renamed } from "../ops/rename/rename.ts";
import { attention, type Scoring, scoringOptions } from "./attention.ts";
import { type DenseOptions, type DenseParams, dense, denseParams } from "./dense.ts";
import type { Linear } from "./linear.ts";

/** The parameters of attention: three projections into heads, and one out of them. */
export interface AttentionParams<
  E extends string,
  H extends string,
  K extends string,
  Bias extends boolean,
> {
  readonly query: DenseParams<E, H | K, Bias>;
  readonly key: DenseParams<E, H | K, Bias>;
  readonly value: DenseParams<E, H | K, Bias>;
  readonly out: DenseParams<H | K, E, Bias>;
}

/**
 * The parameters of `selfAttention`, by default without biases.
 *
 * @param kv the dim in which a query is compared with a key
 * @throws MtfError `duplicate-dim`, `unknown-option`
 * @example
 * const params = attentionParams(embd, heads, kv);
 */
export function attentionParams<
  E extends string,
  H extends string,
  K extends string,
  const Bias extends boolean = false,
>(
  features: Dimension<E>,
  heads: Dimension<H>,
  kv: Dimension<K>,
  options: DenseOptions<Bias> = {},
): AttentionParams<E, H, K, Bias> {
  const own = { ...options, bias: options.bias ?? false };
  const into = () => denseParams([features], [heads, kv], own) as never;
  const out = denseParams([heads, kv], [features], own) as never;
  return { query: into(), key: into(), value: into(), out };
}

/** Weights in the place of `AttentionParams`. */
export interface AttentionWeights<P extends string, O extends string> {
  readonly query: Linear<P>;
  readonly key: Linear<NoInfer<P>>;
  readonly value: Linear<NoInfer<P>>;
  readonly out: Linear<O>;
}

/** How positions of one tensor look at each other. */
export interface SelfAttentionOptions<A extends string, Seen extends string> extends Scoring<Seen> {
  /** The dim of positions. */
  readonly along: Select<A>;
  /** As what positions are looked at: a dim as long, with another name. */
  readonly memory: Dimension;
  /** The dim of the projections in which a query is compared with a key. */
  readonly within: string;
  /** What products are multiplied by; by default 1 over the root of the size of `within`. */
  readonly scale?: number | undefined;
  /** Applied to queries and keys: `rotary`. */
  readonly turned?: (<N extends string>(x: Tensor<N>) => Tensor<N>) | undefined;
}

/**
 * Attention of the positions of a tensor to each other, projections included (Vaswani and others, 2017).
 *
 * @param x such as [batch, length, embd]
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `unknown-option`
 * @example
 * selfAttention(x, initialValues(k, attentionParams(embd, heads, kv)), {
 *   ...{ along: "length", memory, within: "kv", visible: causal(length, memory) },
 * });
 */
export function selfAttention<
  A extends string,
  P extends string,
  O extends string,
  Seen extends string = never,
>(x: Tensor<A>, params: AttentionWeights<P, O>, options: SelfAttentionOptions<A, Seen>): Tensor<A> {
  const op = "selfAttention";
  const from = tensorArgument(op, "x", x, ["float32"]);
  optionsArgument(op, "params", params, ["query", "key", "value", "out"]);
  const known = ["along", "memory", "within", "scale", "turned"];
  optionsArgument(op, "options", options, [...known, ...scoringOptions]);
  const { within, turned, bias, scores, visible, extra, weights } = options;
  const along = namedDim(op, "options.along", from, options.along).name;
  const memory = newDim(op, "options.memory", options.memory).name;
  if (turned !== undefined) functionArgument(op, "options.turned", turned);
  const projected = (by: Linear<string>, turn = false): Tensor<string> => {
    const y = dense(from as Tensor<string>, by) as never as Tensor<string>;
    return turn && turned ? turned(y) : y;
  };
  const query = projected(params.query as never, true);
  const { size } = namedDim(op, "options.within", query, within);
  const looked = (y: Tensor<string>) => renamed(y, along, memory) as Tensor<string>;
  const read = attention(
    query,
    looked(projected(params.key as never, true)),
    looked(projected(params.value as never)),
    {
      ...{ over: memory, within, scale: options.scale ?? 1 / Math.sqrt(size) },
      ...{ bias, scores, visible: visible as never, extra, weights },
    },
  );
  return dense(read, params.out as never) as never;
}
