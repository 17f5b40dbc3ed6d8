import type { Attending } from "../../../graph/kinds.ts";
import { type Attended, attendedOf } from "../../../ops/flashAttention/operands.ts";
import type { Slice } from "../../backend.ts";
import {
  type Extent,
  extentsOf,
  only,
  rangeIn,
  stridesOf,
  walk,
  without,
} from "../../slices/walk.ts";

/** The most rows of a block, and the most products in it: what a core's cache holds. */
const mostRows = 128;
const mostProducts = 2 ** 18;

/** How attention goes through slices: blocks of queries within the loop over the dims that are left. */
export interface Loop {
  /** The dims of queries but positions and what is compared: each index attends by itself. */
  readonly outer: readonly Extent[];
  readonly turns: number;
  readonly blocks: readonly Block[];
  /** How many keys there are, and how long each is. */
  readonly keys: number;
  readonly depth: number;
  /** How far apart rows of products are, in elements, and how many elements a block of them takes. */
  readonly step: number;
  readonly room: number;
  /** How many keys the slice's first query sees, each next one more; -1 where all see all. */
  readonly first: number;
}

/** Queries that attend together: `rows` of them, from row `begin` of the slice on. */
export interface Block {
  readonly begin: number;
  readonly rows: number;
}

export function loopOf(attributes: Attending, operands: readonly Slice[]): Loop {
  const { along, over, within, causal } = attributes;
  const { query, keys } = attendedOf(attributes, operands);
  const { begin, size: length } = rangeIn(query, along);
  const { size: memory } = rangeIn(keys, over);
  const most = Math.max(1, Math.min(mostRows, length, Math.floor(mostProducts / memory)));
  const count = Math.ceil(length / most);
  const outer = without(extentsOf(query), [along, within]);
  // Not a power of two: rows would compete for the same places in the cache.
  const step = 4 * Math.ceil(memory / 4) + 16;
  return {
    outer,
    turns: outer.reduce((n, { size }) => n * size, 1),
    blocks: Array.from({ length: count }, (_, i) => {
      const from = Math.floor((i * length) / count);
      return { begin: from, rows: Math.floor(((i + 1) * length) / count) - from };
    }),
    keys: memory,
    depth: rangeIn(query, within).size,
    step,
    room: most * step,
    first: causal ? begin + 1 : -1,
  };
}

/** How many keys the queries of a block look at: those that none of them sees are left out where it `skips`. */
export function reachOf({ keys, first }: Loop, { begin, rows }: Block, skips: boolean): number {
  return first >= 0 && skips ? Math.min(keys, first + begin + rows - 1) : keys;
}

/** How many keys the first query of a block sees. */
export function seenFrom({ first }: Loop, { begin }: Block): number {
  return first >= 0 ? first + begin : -1;
}

/** Where a tensor's rows along a dim lie, for each index of the outer loop. */
export interface Rows {
  /** In bytes. */
  readonly start: readonly number[];
  /** How far apart they are, in elements. */
  readonly step: number;
}

export function rowsOf({ outer }: Loop, extents: readonly Extent[], dim: string): Rows {
  const strides = stridesOf(extents);
  return { start: [...walk(outer, strides)].map((i) => 4 * i), step: strides[dim] ?? 0 };
}

/** The extents of a slice with one dim last, whose elements kernels want to be neighbours. */
export function withLast(slice: Slice, last: string): readonly Extent[] {
  const extents = extentsOf(slice);
  return [...without(extents, [last]), ...only(extents, [last])];
}

/** Attention's operands up to the key of what is dropped, those dims last along which kernels go. */
export function arrangedOf(
  { within, over }: Attending,
  { query, keys, values, bias, segments, key }: Attended<Slice>,
): readonly (readonly Extent[])[] {
  return [
    ...[query, keys, values].map((x) => withLast(x, within)),
    ...(bias ? [withLast(bias, over)] : []),
    ...(segments ? [extentsOf(segments[0]), withLast(segments[1], over)] : []),
    ...(key ? [extentsOf(key)] : []),
  ];
}
