import { countArgument, numberArgument, optionsArgument } from "../arguments.ts";
import type { Dimension, Select } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { namedDim, tensorArgument } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { count } from "../ops/iota/iota.ts";
import { renamed } from "../ops/rename/rename.ts";
import { reshaped } from "../ops/reshape/reshape.ts";
import { halo } from "../ops/window/halo.ts";
import { attention } from "./attention.ts";

/** What local attention is beside queries, keys and values. */
export interface LocalAttentionOptions<A extends string> {
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

/** Dims of blocks and of what lies in them and beside them: none of a user's. */
const block = "~blocks";
const beside = "~beside";

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
  const known = ["along", "within", "back", "ahead", "scale", "segment"];
  optionsArgument(op, "options", options, known);
  const { back, ahead = 0, scale = 1, segment } = options;
  const along = namedDim(op, "options.along", from, options.along);
  for (const x of [to, read]) namedDim(op, "options.along", x, along.name);
  const within = namedDim(op, "options.within", from, options.within).name;
  countArgument(op, "options.back", back);
  countArgument(op, "options.ahead", ahead);
  numberArgument(op, "options.scale", scale);
  const size = blockSize(along.size, back + ahead + 1);
  const cut = (x: AnyTensor) => inBlocks(x, along, size);
  const reached = (x: AnyTensor): AnyTensor => {
    const margins = { before: back, after: ahead };
    const wide = halo(cut(x) as Tensor<string, "float32">, block, along.name, margins);
    return renamed(wide, along.name, beside);
  };
  let visible = near(along, size, back, ahead);
  if (segment !== undefined) {
    const own = tensorArgument(op, "options.segment", segment, ["int32"]);
    namedDim(op, "options.segment", own, along.name);
    visible = apply("and", visible, apply("equal", cut(own), reached(own)));
  }
  const result = attention(
    cut(from) as Tensor<string>,
    reached(to) as Tensor<string>,
    reached(read) as Tensor<string>,
    { over: beside, within, scale, visible: visible as Tensor<string, "bool"> },
  );
  return reshaped(result, [block, along.name], [along]) as never;
}

/** A length of blocks that make up a dim: near what a position sees, so that little is seen in vain. */
function blockSize(length: number, seen: number): number {
  const divisors = Array.from({ length }, (_, i) => i + 1).filter((n) => length % n === 0);
  const below = divisors.filter((n) => n <= seen).at(-1)!;
  return 4 * below >= seen ? below : (divisors.find((n) => n > seen) ?? length);
}

function inBlocks(x: AnyTensor, along: Dimension, size: number): AnyTensor {
  const blocks = { name: block, size: along.size / size };
  return reshaped(x, [along.name], [blocks, { name: along.name, size }]);
}

/** Which of a block and its margins each of its positions sees: none beyond the ends of the dim. */
function near(along: Dimension, size: number, back: number, ahead: number): AnyTensor {
  const blocks = { name: block, size: along.size / size };
  const reach = { name: beside, size: back + size + ahead };
  const other = apply("add", count(reach), -back);
  const distance = apply("sub", other, count({ name: along.name, size }));
  const place = apply("add", apply("mul", count(blocks), size), other);
  const seen = apply(
    "and",
    apply("greaterEqual", distance, -back),
    apply("lessEqual", distance, ahead),
  );
  const there = apply("and", apply("greaterEqual", place, 0), apply("less", place, along.size));
  return apply("and", seen, there);
}
