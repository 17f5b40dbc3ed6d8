import { booleanArgument, countArgument, optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../ops/check.ts";
import { pool } from "../ops/convolution/pool.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { count } from "../ops/iota/iota.ts";
import { renamed } from "../ops/rename/rename.ts";
import { attention } from "./attention.ts";
import type { ExtraLogit } from "./extraLogit.ts";

/** What memory-compressed attention is beside queries, keys and values. */
export interface CompressedAttentionOptions<A extends string> {
  /** The dim of positions, of queries, keys and values alike. */
  readonly along: Select<A>;
  /** The dim in which a query is compared with a key. */
  readonly within: Select<A>;
  /** How many positions become one of the memory; the length is a multiple of it. */
  readonly factor: number;
  /** Whether a position sees only what is all at or before it. By default it sees everything. */
  readonly causal?: boolean | undefined;
  /** What scores are multiplied by; default 1. */
  readonly scale?: number | undefined;
  /** The logit of looking nowhere; 0 by default, as the first positions see nothing otherwise. */
  readonly extra?: ExtraLogit | undefined;
}

/** What positions are called that are looked at: no dim of a user's. */
const memory = "~memory";

/**
 * Attention to means of so many positions each, in place of all of them (Liu and others, 2018).
 *
 * @param query such as [batch, length, heads, kv]
 * @param keys with dims of the query
 * @param values with the dims of keys
 * @returns with the dims of the query
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument`
 * @example
 * compressedAttention(query, ownKeys, ownValues, { along: "length", within: "kv", factor: 4, causal: true });
 */
export function compressedAttention<A extends string, K extends A>(
  query: Tensor<A>,
  keys: Tensor<K>,
  values: Tensor<NoInfer<K>>,
  options: CompressedAttentionOptions<K>,
): Tensor<A> {
  const op = "compressedAttention";
  const from = tensorArgument(op, "query", query, ["float32"]);
  const to = tensorArgument(op, "keys", keys, ["float32"]);
  const read = tensorArgument(op, "values", values, ["float32"]);
  const known = ["along", "within", "factor", "causal", "scale", "extra"];
  optionsArgument(op, "options", options, known);
  const { factor, causal = false, scale, extra = 0 } = options;
  const { name, size } = namedDim(op, "options.along", to, options.along);
  namedDim(op, "options.along", from, name);
  countArgument(op, "options.factor", factor, 1);
  booleanArgument(op, "options.causal", causal);
  if (size % factor !== 0) {
    const sentence = `${op}: ${size} positions are no multiple of ${factor}.`;
    throw misuse("bad-argument", sentence, { keys: to }, [], { dim: name, size, factor });
  }
  const compressed = (x: AnyTensor) =>
    renamed(pool(x as Tensor<string>, "mean", { [name]: factor }), name, memory) as Tensor<string>;
  const last = apply(
    "add",
    apply("mul", count({ name: memory, size: size / factor }), factor),
    factor - 1,
  );
  const visible = apply("lessEqual", last, count({ name, size })) as Tensor<string, "bool">;
  return attention(from as Tensor<string>, compressed(to), compressed(read), {
    ...{ over: memory, within: options.within as string, scale, extra },
    ...(causal && { visible }),
  }) as never;
}
