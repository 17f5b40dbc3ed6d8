import { optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { namedDim, tensorArgument } from "../ops/check.ts";
import type { AttentionWeights } from "./attentionParams.ts";
import { dense } from "./dense.ts";
import type { Linear } from "./linear.ts";
import { readThrough, type Scoring, scoringOptions } from "./readThrough.ts";

/** How positions of one tensor look at those of another. */
export interface CrossAttentionOptions<
  M extends string,
  Seen extends string,
  Bias extends string = never,
> extends Scoring<Seen, Bias> {
  /** The positions of the memory. */
  readonly over: Select<M>;
}

/**
 * Attention of the positions of one tensor to those of another, as of a decoder to what its encoder has
 * read, projections included (Vaswani and others, 2017).
 *
 * @param x such as [batch, length, embd]
 * @param memory such as [batch, source, embd]
 * @returns with the dims of x
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `unknown-option`
 * @example
 * const params = initialValues(k, attentionParams(embd, heads, kv));
 * crossAttention(x, read, params, { over: "source", within: "kv" });
 */
export function crossAttention<
  A extends string,
  M extends string,
  P extends string,
  O extends string,
  Seen extends string = never,
  Bias extends string = never,
>(
  x: Tensor<A>,
  memory: Tensor<M>,
  params: AttentionWeights<P, O>,
  options: CrossAttentionOptions<M, Seen, Bias>,
): Tensor<A> {
  const op = "crossAttention";
  const from = tensorArgument(op, "x", x, ["float32"]);
  const to = tensorArgument(op, "memory", memory, ["float32"]);
  optionsArgument(op, "params", params, ["query", "key", "value", "out"]);
  optionsArgument(op, "options", options, ["over", ...scoringOptions]);
  const { over, ...scoring } = options;
  const positions = namedDim(op, "options.over", to, over).name;
  const query = projected(from, params.query);
  const [keys, values] = [projected(to, params.key), projected(to, params.value)];
  return readThrough(
    op,
    query,
    keys,
    values,
    params.out as never,
    positions,
    scoring as never,
  ) as never;
}

function projected(x: unknown, by: unknown): Tensor<string> {
  return dense(x as Tensor<string>, by as Linear<string>) as never;
}
