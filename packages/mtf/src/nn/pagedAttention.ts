import { countArgument, numberArgument, optionsArgument } from "../arguments.ts";
import type { Select } from "../dimension.ts";
import type { PagedAttending } from "../graph/kinds.ts";
import { makeTensor } from "../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { hasDim, misuse, namedDim, requireFree, tensorArgument, unionDims } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";

/** Where the tokens of rows are, and what attention to them is beside queries, keys and values. */
export interface PagedAttentionOptions<Q extends string, K extends string, T extends string> {
  /** The blocks of each row in the order of its tokens, int32; what is no block is not seen. */
  readonly table: Tensor<T, "int32">;
  /** How many tokens each row has before those that are queries: the position of the first of these. */
  // biome-ignore lint/suspicious/noExplicitAny: the dims of the table but its pages
  readonly before: Tensor<any, "int32">;
  /** How many of the queries are tokens of each row; those behind them see nothing, and give 0. */
  // biome-ignore lint/suspicious/noExplicitAny: the dims of the table but its pages
  readonly counts: Tensor<any, "int32">;
  /** The tokens that are queries. */
  readonly along: Select<Q>;
  /** The blocks of keys and values. */
  readonly block: Select<K>;
  /** The tokens of a block. */
  readonly offset: Select<K>;
  /** The blocks of a row in the table. */
  readonly page: Select<T>;
  /** The dim in which a query is compared with a key. */
  readonly within: Select<Q & K>;
  /** What products are multiplied by, such as 1/√kv; default 1. */
  readonly scale?: number | undefined;
  /** How many tokens a query sees, itself the last; by default all up to itself. */
  readonly window?: number | undefined;
}

/**
 * Attention to keys and values that lie in blocks, as a server keeps those of texts that come and go (Kwon
 * et al., 2023): a table says which blocks are a row's, and rows may share some. Its queries are the tokens
 * that follow the `before` that a row has, and see these and themselves. Where there is a kernel, on `wasm`
 * and `webgpu`, it takes as long as rows have tokens, however wide the table is, and reads keys and values of
 * a few queries where they lie. Split by any dims but `block`, `offset`, `page` and `within`, each device
 * attends by itself; where these are split, rows are put together first.
 *
 * @param query such as [batch, length, heads, kv]
 * @param keys such as [block, offset, heads, kv], the new tokens' among them
 * @param values with the dims of keys
 * @param options of which `table` is such as [batch, page], `before` and `counts` [batch]
 * @returns with the dims of the query
 * @throws MtfError `missing-dim`, `dim-taken`, `size-mismatch`, `dtype-mismatch`, `bad-argument`, `unknown-option`
 * @example
 * const { keys, values, table } = blocks;
 * pagedAttention(query, keys, values, {
 *   table, before, counts, along: "length", block: "block", offset: "offset", page: "page", within: "kv",
 * });
 */
export function pagedAttention<Q extends string, K extends string, T extends string>(
  query: Tensor<Q>,
  keys: Tensor<K>,
  values: Tensor<NoInfer<K>>,
  options: PagedAttentionOptions<Q, K, T>,
): Tensor<Q> {
  const op = "pagedAttention";
  const from = tensorArgument(op, "query", query, ["float32"]);
  const to = tensorArgument(op, "keys", keys, ["float32"]);
  const read = tensorArgument(op, "values", values, ["float32"]);
  optionsArgument(op, "options", options, [
    ...["table", "before", "counts", "along", "block", "offset", "page", "within"],
    ...["scale", "window"],
  ]);
  const [table, before, counts] = (["table", "before", "counts"] as const).map((name) =>
    tensorArgument(op, `options.${name}`, options[name], ["int32"]),
  ) as [AnyTensor, AnyTensor, AnyTensor];
  const { scale = 1, window } = options;
  const attributes: PagedAttending = {
    along: namedDim(op, "options.along", from, options.along).name,
    block: namedDim(op, "options.block", to, options.block).name,
    offset: namedDim(op, "options.offset", to, options.offset).name,
    page: namedDim(op, "options.page", table, options.page).name,
    within: namedDim(op, "options.within", from, options.within).name,
    window: window === undefined ? null : countArgument(op, "options.window", window, 1),
  };
  numberArgument(op, "options.scale", scale);
  unionDims(op, [from, to, read, table, before, counts]);
  requireLinedUp(attributes, [from, to, read]);
  requireRows(attributes, [from, to], [table, before, counts]);
  const scaled = scale === 1 ? from : apply("mul", from, scale);
  const result = { dims: dimsOf(from), dtype: "float32" } as const;
  const operands = [scaled, to, read, table, before, counts];
  return makeTensor("pagedAttention", attributes, operands, result) as never;
}

type Three = readonly [AnyTensor, AnyTensor, AnyTensor];

/** Refuses keys with dims that queries lack, and values with others. */
function requireLinedUp(
  { along, block, offset, page, within }: PagedAttending,
  [query, keys, values]: Three,
): void {
  const op = "pagedAttention";
  for (const name of [block, offset, page]) requireFree(op, query, name);
  for (const name of [along, page]) requireFree(op, keys, name);
  const inBlocks = [block, offset];
  const lonely =
    dimsOf(keys).find((d) => !inBlocks.includes(d.name) && !hasDim(query, d.name)) ??
    dimsOf(keys).find((d) => !hasDim(values, d.name)) ??
    dimsOf(values).find((d) => !hasDim(keys, d.name)) ??
    dimsOf(query).find((d) => d.name === within && !hasDim(keys, within));
  if (!lonely) return;
  const sentence = `${op}: keys and values have '${block}' and '${offset}', and others of the query's dims; '${lonely.name}' lines up with none.`;
  throw misuse("missing-dim", sentence, { query, keys, values }, [], { dim: lonely.name });
}

/** Refuses a table, or numbers of rows, that are not of the query's rows alone. */
function requireRows(
  { along, page, within }: PagedAttending,
  [query, keys]: readonly [AnyTensor, AnyTensor],
  [table, before, counts]: Three,
): void {
  const op = "pagedAttention";
  const rows = dimsOf(table).filter((d) => d.name !== page);
  const stray = rows.find(({ name }) => {
    const isRow = name !== along && name !== within && hasDim(query, name);
    return !isRow || hasDim(keys, name);
  });
  if (stray) {
    const sentence = `${op}: 'options.table' has '${page}', and dims of the query that neither keys nor '${along}' are; '${stray.name}' is none.`;
    throw misuse("missing-dim", sentence, { table, query, keys }, [], { dim: stray.name });
  }
  for (const [name, x] of Object.entries({ before, counts })) {
    const wrong =
      dimsOf(x).find((d) => !rows.some((row) => row.name === d.name)) ??
      rows.find((row) => !hasDim(x, row.name));
    if (!wrong) continue;
    const sentence = `${op}: 'options.${name}' has the table's dims but '${page}', and that is not so of '${wrong.name}'.`;
    throw misuse("missing-dim", sentence, { table, [name]: x }, [], { dim: wrong.name });
  }
}
