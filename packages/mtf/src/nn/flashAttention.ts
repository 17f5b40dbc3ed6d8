import { booleanArgument, numberArgument, optionsArgument } from "../arguments.ts";
import type { Dimension, Select } from "../dimension.ts";
import type { Attending } from "../graph/kinds.ts";
import { makeNode } from "../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { hasDim, misuse, namedDim, requireFree, tensorArgument, unionDims } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { type Key, keyArgument } from "../ops/random/key.ts";
import { renamed } from "../ops/rename/rename.ts";
import { lonelyDim } from "./lonelyDim.ts";

/** What flash attention is beside queries, keys and values. */
export interface FlashAttentionOptions<Q extends string, K extends string> {
  /** The positions of queries. */
  readonly along: Select<Q>;
  /** The positions of keys and values, which the result has no more. */
  readonly over: Select<K>;
  /** The dim in which a query is compared with a key. */
  readonly within: Select<Q & K>;
  /** What products are multiplied by, such as 1/√kv; default 1. */
  readonly scale?: number | undefined;
  /** Whether the query at position i sees the keys up to position i alone; default false. */
  readonly causal?: boolean | undefined;
  /**
   * Added to the scaled products, broadcast by name over what queries and keys are compared in: `alibi`,
   * a learned bias for each distance, or a mask of zeros and -Infinity.
   */
  // biome-ignore lint/suspicious/noExplicitAny: any of the dims of products
  readonly bias?: Tensor<any> | undefined;
  /**
   * A number for each query's position, int32, and so for the keys', of which there are as many: those of
   * the same number see each other, such as documents.
   */
  // biome-ignore lint/suspicious/noExplicitAny: some of the dims of queries
  readonly segment?: Tensor<any, "int32"> | undefined;
  /** Which weights are dropped, and the part of them that is: as `dropout` drops those of `attention`. */
  readonly dropout?: { readonly key: Key; readonly rate: number } | undefined;
}

/**
 * `attention` whose weights are never there all at once, neither here nor for the gradient: they are made
 * of one block of queries at a time, and made again from the logarithm of their sum, which is kept
 * (Dao et al., 2022). Keys that are not seen cost nothing where all of a block are. Split by any dims
 * but `over` and `within`, each device attends by itself; where these are split it is `attention` as it
 * would be written out.
 *
 * @param query such as [batch, length, heads, kv]
 * @param keys with dims of the query but `along`, such as [batch, memory, heads, kv]
 * @param values with the dims of keys
 * @returns with the dims of the query
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument`, `unknown-option`
 * @example
 * flashAttention(query, keys, values, { along: "length", over: "memory", within: "kv", causal: true });
 */
export function flashAttention<Q extends string, K extends string>(
  query: Tensor<Q>,
  keys: Tensor<K>,
  values: Tensor<NoInfer<K>>,
  options: FlashAttentionOptions<Q, K>,
): Tensor<Q> {
  const op = "flashAttention";
  const from = tensorArgument(op, "query", query, ["float32"]);
  const to = tensorArgument(op, "keys", keys, ["float32"]);
  const read = tensorArgument(op, "values", values, ["float32"]);
  const known = ["along", "over", "within", "scale", "causal", "bias", "segment", "dropout"];
  optionsArgument(op, "options", options, known);
  const { scale = 1, causal = false, bias, segment, dropout } = options;
  const along = namedDim(op, "options.along", from, options.along);
  const over = namedDim(op, "options.over", to, options.over);
  const within = namedDim(op, "options.within", from, options.within);
  numberArgument(op, "options.scale", scale);
  booleanArgument(op, "options.causal", causal);
  requireLinedUp(from, to, read, [along.name, over.name, within.name]);
  const added = bias === undefined ? undefined : biasOf(from, to, bias, within.name);
  const numbers =
    segment === undefined ? [] : numbersOf(from, to, segment, { along, over, within: within.name });
  const drops = droppedOf(dropout);
  const attributes: Attending = {
    ...{ along: along.name, over: over.name, within: within.name, causal },
    bias: added !== undefined,
    segments: numbers.length > 0,
    rate: drops?.rate ?? 0,
  };
  const scaled = scale === 1 ? from : apply("mul", from, scale);
  const beside = [...(added ? [added] : []), ...numbers, ...(drops ? [drops.key] : [])];
  const operands = [scaled, to, read, ...beside];
  const rows = dimsOf(from).filter((d) => d.name !== within.name);
  const [result] = makeNode("flashAttention", attributes, operands, [
    { dims: dimsOf(from), dtype: "float32" },
    { dims: rows, dtype: "float32" },
  ]);
  return result as never;
}

/** Refuses keys with dims that queries lack, values with others, and names that lie on both sides. */
function requireLinedUp(
  query: AnyTensor,
  keys: AnyTensor,
  values: AnyTensor,
  [along, over, within]: readonly [string, string, string],
): void {
  const op = "flashAttention";
  unionDims(op, [query, keys, values]);
  requireFree(op, keys, along);
  requireFree(op, query, over);
  const lonely = lonelyDim([query, keys, values], over, within);
  if (!lonely) return;
  const sentence = `${op}: keys and values have the query's dims but '${along}', and '${over}'; '${lonely.name}' lines up with none.`;
  throw misuse("missing-dim", sentence, { query, keys, values }, [], { dim: lonely.name });
}

/** What is added to products, of whose dims it has some. */
function biasOf(query: AnyTensor, keys: AnyTensor, bias: unknown, within: string): AnyTensor {
  const op = "flashAttention";
  const added = tensorArgument(op, "options.bias", bias, ["float32"]);
  unionDims(op, [query, keys, added]);
  const stray = dimsOf(added).find(
    ({ name }) => name === within || !(hasDim(query, name) || hasDim(keys, name)),
  );
  if (!stray) return added;
  const sentence = `${op}: 'options.bias' has a dim '${stray.name}', and products of queries and keys have none.`;
  throw misuse("missing-dim", sentence, { query, keys, bias: added }, [], { dim: stray.name });
}

/** The numbers of queries and of keys. */
function numbersOf(
  query: AnyTensor,
  keys: AnyTensor,
  segment: unknown,
  { along, over, within }: { readonly along: Dimension; readonly over: Dimension; within: string },
): readonly AnyTensor[] {
  const op = "flashAttention";
  const own = tensorArgument(op, "options.segment", segment, ["int32"]);
  namedDim(op, "options.segment", own, along.name);
  unionDims(op, [query, own]);
  if (along.size !== over.size) {
    const sentence = `${op}: 'options.segment' numbers queries and keys alike, and there are ${along.size} and ${over.size}.`;
    throw misuse("size-mismatch", sentence, { segment: own }, [], {
      sizes: [along.size, over.size],
    });
  }
  const others = renamed(own, along.name, over.name);
  const stray = dimsOf(others).find((d) => d.name === within || !hasDim(keys, d.name));
  if (!stray) return [own, others];
  const sentence = `${op}: 'options.segment' has dims of queries that keys have; '${stray.name}' is none.`;
  throw misuse("missing-dim", sentence, { segment: own, keys }, [], { dim: stray.name });
}

function droppedOf(
  dropout: FlashAttentionOptions<string, string>["dropout"],
): { readonly key: AnyTensor; readonly rate: number } | undefined {
  const op = "flashAttention";
  if (dropout === undefined) return undefined;
  optionsArgument(op, "options.dropout", dropout, ["key", "rate"]);
  const key = keyArgument(op, dropout.key);
  const rate = numberArgument(op, "options.dropout.rate", dropout.rate);
  if (!(rate >= 0 && rate < 1)) {
    throw misuse("bad-argument", `${op}: the rate ${rate} is not between 0 and 1.`, {});
  }
  return rate > 0 ? { key, rate } : undefined;
}
