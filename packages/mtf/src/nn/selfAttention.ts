import { functionArgument, optionsArgument } from "../arguments.ts";
import type { Dimension, Select } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { namedDim, newDim, tensorArgument } from "../ops/check.ts";
import { renamed } from "../ops/rename/rename.ts";
import type { AttentionWeights } from "./attentionParams.ts";
import { dense } from "./dense.ts";
import type { Linear } from "./linear.ts";
import { readThrough, type Scoring, scoringOptions } from "./readThrough.ts";

/** How positions of one tensor look at each other. */
export interface SelfAttentionOptions<
  A extends string,
  Seen extends string,
  Bias extends string = never,
> extends Scoring<Seen, Bias> {
  /** The dim of positions. */
  readonly along: Select<A>;
  /** As what positions are looked at: a dim as long, with another name. */
  readonly memory: Dimension;
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
  Bias extends string = never,
>(
  x: Tensor<A>,
  params: AttentionWeights<P, O>,
  options: SelfAttentionOptions<A, Seen, Bias>,
): Tensor<A> {
  const op = "selfAttention";
  const from = tensorArgument(op, "x", x, ["float32"]);
  optionsArgument(op, "params", params, ["query", "key", "value", "out"]);
  const { along: positions, memory: seen, turned, ...scoring } = options;
  optionsArgument(op, "options", options, ["along", "memory", "turned", ...scoringOptions]);
  const along = namedDim(op, "options.along", from, positions).name;
  const memory = newDim(op, "options.memory", seen).name;
  if (turned !== undefined) functionArgument(op, "options.turned", turned);
  const projected = (by: Linear<string>, turn = false): Tensor<string> => {
    const y = dense(from as Tensor<string>, by) as never as Tensor<string>;
    return turn && turned ? turned(y) : y;
  };
  const looked = (y: Tensor<string>) => renamed(y, along, memory) as Tensor<string>;
  const query = projected(params.query as never, true);
  const keys = looked(projected(params.key as never, true));
  const values = looked(projected(params.value as never));
  return readThrough(
    op,
    query,
    keys,
    values,
    params.out as never,
    memory,
    scoring as never,
  ) as never;
}
