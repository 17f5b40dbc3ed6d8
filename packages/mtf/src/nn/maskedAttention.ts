import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import { makeTensor } from "../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { hasDim, misuse, namedDim, requireFree, tensorArgument, unionDims } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { lonelyDim } from "./lonelyDim.ts";

/** What attention of a few queries is beside queries, keys and values. */
export interface MaskedAttentionOptions<Q extends string, K extends string> {
  /** The positions of keys and values, which the result has no more. */
  readonly over: Select<K>;
  /** The dim in which a query is compared with a key. */
  readonly within: Select<Q & K>;
  /** Which keys each query sees: of the query's dims and `over`, this among them. */
  // biome-ignore lint/suspicious/noExplicitAny: any of the dims of scores
  readonly visible: Tensor<any, "bool">;
  /** What products are multiplied by, such as 1/√kv; default 1. */
  readonly scale?: number | undefined;
}

/**
 * `attention` under a mask as one op, for a few queries that look at many keys, as decoding does from a cache.
 * Where there is a kernel, on `wasm`, it goes through keys and values once where they lie, a query after the
 * other, and past what none sees; of many queries at once `attention` makes better use of a processor. Split by
 * any dims but `over` and `within`, each device attends by itself; where these are split it is `attention` as
 * it would be written out. A query that sees nothing gives the mean of all values.
 *
 * @param query such as [batch, length, heads, kv]
 * @param keys such as [batch, memory, heads, kv]
 * @param values with the dims of keys
 * @returns with the dims of the query
 * @throws MtfError `missing-dim`, `dim-taken`, `size-mismatch`, `dtype-mismatch`, `unknown-option`
 * @example
 * maskedAttention(query, keys, values, { over: "memory", within: "kv", visible: causal(length, memory) });
 */
export function maskedAttention<Q extends string, K extends string>(
  query: Tensor<Q>,
  keys: Tensor<K>,
  values: Tensor<NoInfer<K>>,
  options: MaskedAttentionOptions<Q, K>,
): Tensor<Q> {
  const op = "maskedAttention";
  const from = tensorArgument(op, "query", query, ["float32"]);
  const to = tensorArgument(op, "keys", keys, ["float32"]);
  const read = tensorArgument(op, "values", values, ["float32"]);
  optionsArgument(op, "options", options, ["over", "within", "visible", "scale"]);
  const visible = tensorArgument(op, "options.visible", options.visible, ["bool"]);
  const over = namedDim(op, "options.over", to, options.over).name;
  const within = namedDim(op, "options.within", from, options.within).name;
  const { scale = 1 } = options;
  numberArgument(op, "options.scale", scale);
  requireLinedUp([from, to, read], over, within);
  requireSeen([from, to], visible, over, within);
  const scaled = scale === 1 ? from : apply("mul", from, scale);
  const result = { dims: dimsOf(from), dtype: "float32" } as const;
  const operands = [scaled, to, read, visible];
  return makeTensor("maskedAttention", { over, within }, operands, result) as never;
}

/** Refuses keys with dims that queries lack, and values with others. */
function requireLinedUp(
  [query, keys, values]: readonly [AnyTensor, AnyTensor, AnyTensor],
  over: string,
  within: string,
): void {
  const op = "maskedAttention";
  unionDims(op, [query, keys, values]);
  requireFree(op, query, over);
  const lonely = lonelyDim([query, keys, values], over, within);
  if (!lonely) return;
  const sentence = `${op}: keys and values have '${over}', and others of the query's dims; '${lonely.name}' lines up with none.`;
  throw misuse("missing-dim", sentence, { query, keys, values }, [], { dim: lonely.name });
}

/** Refuses a mask that is not of queries and the keys that they look at. */
function requireSeen(
  [query, keys]: readonly [AnyTensor, AnyTensor],
  visible: AnyTensor,
  over: string,
  within: string,
): void {
  const op = "maskedAttention";
  unionDims(op, [query, keys, visible]);
  namedDim(op, "options.visible", visible, over);
  const stray = dimsOf(visible).find(
    ({ name }) => name === within || (name !== over && !hasDim(query, name)),
  );
  if (!stray) return;
  const sentence = `${op}: 'options.visible' has '${over}', and dims of the query but '${within}'; '${stray.name}' is none.`;
  throw misuse("missing-dim", sentence, { query, visible }, [], { dim: stray.name });
}
