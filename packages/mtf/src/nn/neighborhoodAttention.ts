import { countArgument, numberArgument, optionsArgument, recordArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../ops/check.ts";
import { attentionNearby, reachOf } from "./nearby.ts";

/** What attention to a neighborhood is beside queries, keys and values. */
export interface NeighborhoodOptions<A extends string> {
  /** How many positions each sees on both sides along each of some dims, such as rows and columns. */
  readonly near: { readonly [D in A]?: number };
  /** The dim in which a query is compared with a key. */
  readonly within: Select<A>;
  /** What scores are multiplied by; default 1. */
  readonly scale?: number | undefined;
}

/**
 * Attention of each position to those near it along several dims at once, such as the pixels around one
 * (Hassani and others, 2023). As in `localAttention`, positions are put in blocks that look at themselves
 * and their margins; where blocks are split, devices exchange margins, once for each dim.
 *
 * @param query such as [batch, row, column, heads, kv]
 * @param keys with dims of the query, such as [batch, row, column, heads, kv]
 * @param values with the dims of keys
 * @returns with the dims of the query
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument`, `unknown-option`
 * @example
 * neighborhoodAttention(query, ownKeys, ownValues, { near: { length: 3 }, within: "kv" });
 */
export function neighborhoodAttention<A extends string, K extends A>(
  query: Tensor<A>,
  keys: Tensor<K>,
  values: Tensor<NoInfer<K>>,
  options: NeighborhoodOptions<K>,
): Tensor<A> {
  const op = "neighborhoodAttention";
  const from = tensorArgument(op, "query", query, ["float32"]);
  const to = tensorArgument(op, "keys", keys, ["float32"]);
  const read = tensorArgument(op, "values", values, ["float32"]);
  optionsArgument(op, "options", options, ["near", "within", "scale"]);
  const { near, scale = 1 } = options;
  recordArgument(op, "options.near", near, "an object of dims and how far they are seen along");
  numberArgument(op, "options.scale", scale);
  const within = namedDim(op, "options.within", from, options.within).name;
  const reaches = Object.entries(near).map(([name, far], n) => {
    const along = namedDim(op, "options.near", from, name);
    for (const x of [to, read]) namedDim(op, "options.near", x, name);
    const side = countArgument(op, `options.near.${name}`, far);
    return reachOf(along, side, side, n);
  });
  if (reaches.length === 0) {
    throw misuse("bad-argument", `${op}: 'options.near' names no dim.`, { query: from });
  }
  return attentionNearby(from, to, read, reaches, { within, scale, segment: undefined }) as never;
}
