import type { PagedAttending } from "../../../../../graph/kinds.ts";
import { pagedOf } from "../../../../../ops/pagedAttention/operands.ts";
import type { Slice } from "../../../../backend.ts";
import {
  type Extent,
  extentsOf,
  rangeIn,
  type Strides,
  sizeOf,
  stridesOf,
  without,
} from "../../../../slices/walk.ts";

/** How attention to blocks goes through slices. */
export interface PagedLoop {
  /** A row's heads of keys: each of them attends by itself. */
  readonly outer: readonly Extent[];
  /** The queries of each: those of heads that share keys, and of each token. */
  readonly lines: readonly Extent[];
  readonly depth: number;
  /** Tokens of a block, blocks of all rows together, and tokens in a row of the table. */
  readonly size: number;
  readonly blocks: number;
  readonly tokens: number;
  /** Queries of a row: how many there are, those that are here, and the first of these. */
  readonly length: number;
  readonly here: number;
  readonly first: number;
  readonly window: number | null;
  /** Of query, keys, values, table, before, counts and the result. */
  readonly strides: readonly Strides[];
  /** So many lines a workgroup has at once, and so many workgroups share the tokens of a row. */
  readonly together: number;
  readonly parts: number;
}

/** Tokens that a workgroup looks at before it weighs values. */
export const span = 128;

/** Elements of queries in shared memory, of eight lines at most. */
const mostLines = 8;
const mostElements = 1024;

/** So many workgroups keep a GPU busy. */
const many = 128;

/** Undefined where a query is longer than shared memory takes. */
export function pagedLoopOf(
  { along, block, offset, page, within, window }: PagedAttending,
  operands: readonly Slice[],
  result: Slice,
): PagedLoop | undefined {
  const { query, keys, table } = pagedOf(operands);
  const sizeIn = (x: Slice, name: string) => rangeIn(x, name).size;
  const heads = without(extentsOf(keys), [block, offset, within]);
  const outer = [...without(extentsOf(table), [page]), ...heads];
  const shared = outer.map(({ name }) => name);
  const groups = without(extentsOf(query), [along, within, ...shared]);
  const { begin: first, size: here } = rangeIn(query, along);
  const lines = [...groups, { name: along, size: here }];
  const depth = sizeIn(query, within);
  if (depth > mostElements) return undefined;
  const together = Math.min(mostLines, sizeOf(lines), Math.floor(mostElements / depth));
  const tokens = sizeIn(table, page) * sizeIn(keys, offset);
  const groupsOfOne = sizeOf(outer) * Math.ceil(sizeOf(lines) / together);
  return {
    ...{ outer, lines, depth, tokens, first, here, window, together },
    ...{ size: sizeIn(keys, offset), blocks: sizeIn(keys, block) },
    length: query.dims.find((d) => d.name === along)!.size,
    strides: [...operands, result].map((x) => stridesOf(extentsOf(x))),
    parts: Math.min(Math.ceil(tokens / span), Math.ceil(many / groupsOfOne)),
  };
}
