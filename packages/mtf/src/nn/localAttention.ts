import { countArgument, numberArgument, optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { namedDim, tensorArgument } from "../ops/check.ts";
import type { Scoring } from "./attention.ts";
import { attentionNearby, reachOf } from "./nearby.ts";

/** What local attention is beside queries, keys and values. */
export interface LocalAttentionOptions<A extends string>
  extends Pick<Scoring<never>, "extra" | "weights"> {
  /** The dim of positions, of queries, keys and values alike. */
  readonly along: Select<A>;
  /** The dim in which a query is compared with a key. */
  readonly within: Select<A>;
  /** How many positions back one sees, besides itself. */
  readonly back: number;
  /** How many positions ahead; 0 by default. */
  readonly ahead?: number | undefined;
  /** What scores are multiplied by; default 1. */
  readonly scale?: number | undefined;
  /** A number for each position, int32: only those of the same see each other, such as documents. */
  // biome-ignore lint/suspicious/noExplicitAny: some of the dims of positions
  readonly segment?: Tensor<any, "int32"> | undefined;
}

/**
 * Attention of each position to those near it. Positions are put in blocks, and each block looks at
 * itself and its margins: nothing is as large as the square of the length. Where positions are split,
 * devices exchange these margins, once for keys and once for values.
 *
 * @param query such as [batch, length, heads, kv]
 * @param keys with dims of the query, such as [batch, length, heads, kv]
 * @param values with the dims of keys
 * @returns with the dims of the query
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument`
 * @example
 * localAttention(query, ownKeys, ownValues, { along: "length", within: "kv", back: 127 });
 */
export function localAttention<A extends string, K extends A>(
  query: Tensor<A>,
  keys: Tensor<K>,
  values: Tensor<NoInfer<K>>,
  options: LocalAttentionOptions<K>,
): Tensor<A> {
  const op = "localAttention";
  const from = tensorArgument(op, "query", query, ["float32"]);
  const to = tensorArgument(op, "keys", keys, ["float32"]);
  const read = tensorArgument(op, "values", values, ["float32"]);
  const known = ["along", "within", "back", "ahead", "scale", "segment", "extra", "weights"];
  optionsArgument(op, "options", options, known);
  const { back, ahead = 0, scale = 1, segment, extra, weights } = options;
  const along = namedDim(op, "options.along", from, options.along);
  for (const x of [to, read]) namedDim(op, "options.along", x, along.name);
  const within = namedDim(op, "options.within", from, options.within).name;
  countArgument(op, "options.back", back);
  countArgument(op, "options.ahead", ahead);
  numberArgument(op, "options.scale", scale);
  const own =
    segment === undefined ? undefined : tensorArgument(op, "options.segment", segment, ["int32"]);
  if (own) namedDim(op, "options.segment", own, along.name);
  const near = { within, scale, segment: own, extra, weights };
  return attentionNearby(from, to, read, [reachOf(along, back, ahead)], near) as never;
}
