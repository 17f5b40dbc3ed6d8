import type { PagedAttending } from "../../../../graph/kinds.ts";
import { pagedOf } from "../../../../ops/pagedAttention/operands.ts";
import type { Slice } from "../../../backend.ts";
import {
  type Extent,
  extentsOf,
  only,
  rangeIn,
  sizeOf,
  stridesOf,
  walk,
  without,
} from "../../../slices/walk.ts";
import type { Arrangement } from "../../arrange.ts";
import { withLast } from "../loop.ts";

/** How attention to blocks goes through slices: rows, the heads of each, and the queries of each head. */
export interface PagedLoop {
  readonly wanted: Arrangement;
  readonly rows: number;
  readonly depth: number;
  /** Tokens of a block, blocks of all rows together, and blocks in a row of the table. */
  readonly size: number;
  readonly blocks: number;
  readonly pages: number;
  /** Tokens of a row: how many there are, and those that are queries here. */
  readonly length: number;
  readonly first: number;
  readonly queries: number;
  /** How many tokens a query sees, itself the last. */
  readonly window: number;
  readonly query: QueryPlaces;
  readonly result: QueryPlaces;
  readonly keys: BlockPlaces;
  readonly values: BlockPlaces;
}

/** Where queries or their results are, in bytes: the sum of what is said of row, head, group and token. */
export interface QueryPlaces {
  readonly row: readonly number[];
  readonly head: readonly number[];
  /** Of those that share a head of keys. */
  readonly group: readonly number[];
  readonly step: number;
}

/** Where keys or values are, in bytes. */
export interface BlockPlaces {
  readonly head: readonly number[];
  readonly block: number;
  readonly step: number;
}

/** All that there are. */
const unlimited = 2 ** 31 - 1;

export function pagedLoopOf(
  { along, block, offset, page, within, window }: PagedAttending,
  operands: readonly Slice[],
  made: Slice,
): PagedLoop {
  const { query, keys, values, table } = pagedOf(operands);
  const rows = without(extentsOf(table), [page]);
  const heads = without(extentsOf(keys), [block, offset, within]);
  const shared = [...rows, ...heads].map(({ name }) => name);
  const groups = without(extentsOf(query), [along, within, ...shared]);
  const [q, k, v, result] = [query, keys, values, made].map((x) => withLast(x, within));
  const queries = (extents: readonly Extent[]): QueryPlaces => {
    const strides = stridesOf(extents);
    const places = (over: readonly Extent[]) => inBytes(walk(over, strides));
    return {
      ...{ row: places(rows), head: places(heads), group: places(groups) },
      step: 4 * strides[along]!,
    };
  };
  const inBlocks = (extents: readonly Extent[]): BlockPlaces => {
    const strides = stridesOf(extents);
    return {
      head: inBytes(walk(heads, strides)),
      block: 4 * strides[block]!,
      step: 4 * strides[offset]!,
    };
  };
  const sizeIn = (x: Slice, name: string) => rangeIn(x, name).size;
  const { begin: first, size: here } = rangeIn(query, along);
  const tableRows = [...rows, ...only(extentsOf(table), [page])];
  return {
    wanted: { operands: [q!, k!, v!, tableRows, rows, rows], results: [result!] },
    rows: sizeOf(rows),
    depth: sizeIn(query, within),
    ...{ size: sizeIn(keys, offset), blocks: sizeIn(keys, block), pages: sizeIn(table, page) },
    length: query.dims.find((d) => d.name === along)!.size,
    ...{ first, queries: here, window: window ?? unlimited },
    ...{ query: queries(q!), result: queries(result!), keys: inBlocks(k!), values: inBlocks(v!) },
  };
}

function inBytes(offsets: Int32Array): readonly number[] {
  return Array.from(offsets, (offset) => 4 * offset);
}
