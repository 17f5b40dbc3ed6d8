import { overlap, type Range } from "../../program/placement.ts";
import { entryOf } from "../../record.ts";
import type { Slice } from "../backend.ts";

/** A dim as one device sees it: its name and how many of its elements are here. */
export interface Extent {
  readonly name: string;
  readonly size: number;
}

/** How far apart in memory neighbours along each dim are. */
export type Strides = Readonly<Record<string, number>>;

/** The dims of a slice with their local sizes, in storage order. */
export function extentsOf(slice: Slice): readonly Extent[] {
  return slice.dims.map((d, i) => ({ name: d.name, size: slice.box[i]!.size }));
}

export function sizeOf(extents: readonly Extent[]): number {
  return extents.reduce((product, e) => product * e.size, 1);
}

/** Strides of extents that are stored row by row. */
export function stridesOf(extents: readonly Extent[]): Strides {
  // Kernels ask for dims that it may lack, and must not find what objects inherit.
  const strides: Record<string, number> = Object.create(null);
  let stride = 1;
  for (const { name, size } of [...extents].reverse()) {
    strides[name] = stride;
    stride *= size;
  }
  return strides;
}

/**
 * Where the elements are that a row-by-row loop over `extents` meets: one offset per turn. A dim
 * without a stride does not move.
 *
 * @example
 * walk([{ name: "a", size: 2 }, { name: "b", size: 2 }], { b: 1 }) // [0, 1, 0, 1]
 */
export function walk(extents: readonly Extent[], strides: Strides, base = 0): Int32Array {
  let offsets = Int32Array.of(base);
  for (const { name, size } of extents) {
    const stride = entryOf(strides, name) ?? 0;
    const next = new Int32Array(offsets.length * size);
    let at = 0;
    for (const offset of offsets) {
      for (let i = 0; i < size; i++) next[at++] = offset + i * stride;
    }
    offsets = next;
  }
  return offsets;
}

/** The walk over `extents` through a slice. */
export function walkSlice(extents: readonly Extent[], slice: Slice): Int32Array {
  return walk(extents, stridesOf(extentsOf(slice)));
}

/** The position along one dim at every turn of a loop over `extents`. */
export function positions(extents: readonly Extent[], dim: string, begin: number): Int32Array {
  return walk(extents, { [dim]: 1 }, begin);
}

export function without(extents: readonly Extent[], dims: readonly string[]): readonly Extent[] {
  return extents.filter((e) => !dims.includes(e.name));
}

export function only(extents: readonly Extent[], dims: readonly string[]): readonly Extent[] {
  return extents.filter((e) => dims.includes(e.name));
}

/** The extents of several slices, each name once. */
export function union(...lists: readonly (readonly Extent[])[]): readonly Extent[] {
  const byName = new Map(lists.flat().map((e) => [e.name, e]));
  return [...byName.values()];
}

/** The part of a dim that a slice holds. */
export function rangeIn(slice: Slice, dim: string): Range {
  return slice.box[slice.dims.findIndex((d) => d.name === dim)]!;
}

/**
 * What an operand, moved by `shift` along a dim, has in common with a result. Both may be parts of
 * their wholes; `from` and `to` count from where they begin.
 */
export function overlapOf(
  dim: string,
  x: Slice,
  result: Slice,
  shift: number,
): { readonly from: number; readonly to: number; readonly size: number } {
  const source = rangeIn(x, dim);
  const target = rangeIn(result, dim);
  const { begin, size } = overlap({ ...source, begin: source.begin + shift }, target);
  return { from: begin - shift - source.begin, to: begin - target.begin, size };
}
