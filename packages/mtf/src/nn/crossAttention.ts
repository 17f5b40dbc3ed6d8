import { optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { namedDim, tensorArgument } from "../ops/check.ts";
import { attention, type Scoring, scoringOptions } from "./attention.ts";
import { dense } from "./dense.ts";
import type { AttentionWeights } from "./selfAttention.ts";

/** How positions of one tensor look at those of another. */
export interface CrossAttentionOptions<M extends string, Seen extends string>
  extends Scoring<Seen> {
  /** The dim of the positions that are looked at. */
  readonly over: Select<M>;
  /** The dim of the projections in which a query is compared with a key. */
  readonly within: string;
  /** What products are multiplied by; by default 1 over the root of the size of `within`. */
  readonly scale?: number | undefined;
}

/**
 * Attention of the positions of a tensor to those of another, projections included: that of a decoder to
 * what an encoder gave. The parameters are those of `selfAttention`.
 *
 * @param x such as [batch, length, embd]
 * @param memory such as [batch, source, embd]
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `unknown-option`
 * @example
 * const params = initialValues(k, attentionParams(embd, heads, kv));
 * crossAttention(x, encoded, params, { over: "source", within: "kv", visible: notEqual(ids, 0) });
 */
export function crossAttention<
  A extends string,
  M extends string,
  P extends string,
  O extends string,
  Seen extends string = never,
>(
  x: Tensor<A>,
  memory: Tensor<M>,
  params: AttentionWeights<P, O>,
  options: CrossAttentionOptions<M, Seen>,
): Tensor<A> {
  const op = "crossAttention";
  tensorArgument(op, "x", x, ["float32"]);
  const looked = tensorArgument(op, "memory", memory, ["float32"]);
  optionsArgument(op, "params", params, ["query", "key", "value", "out"]);
  optionsArgument(op, "options", options, ["over", "within", "scale", ...scoringOptions]);
  const over = namedDim(op, "options.over", looked, options.over).name;
  const query = dense(x, params.query as never) as never as Tensor<string>;
  const [keys, values] = [params.key, params.value].map(
    (by) => dense(memory, by as never) as never as Tensor<string>,
  ) as [Tensor<string>, Tensor<string>];
  const { name: within, size } = namedDim(op, "options.within", query, options.within);
  const { bias, scores, visible, extra, weights } = options;
  const read = attention(query, keys, values, {
    ...{ over, within, scale: options.scale ?? 1 / Math.sqrt(size) },
    ...{ bias, scores, visible: visible as never, extra, weights },
  });
  return dense(read, params.out as never) as never;
}
