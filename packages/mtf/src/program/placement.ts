import type { Dimension } from "../dimension.ts";
import type { Coordinate, Mesh } from "../mesh.ts";
import { entryOf } from "../record.ts";

/**
 * How a value lies on the mesh. Along each axis it is replicated, split (the axis is listed under
 * one of its dims) or partial (each device holds a term of a sum that is still owed).
 */
export interface Placement {
  /** For each dim, the axes that split it, outermost first. Dims that are whole are absent. */
  readonly split: Readonly<Record<string, readonly string[]>>;
  /** The axes over which a sum is owed, in the mesh's order. */
  readonly partial: readonly string[];
}

export const replicated: Placement = Object.freeze({ split: {}, partial: [] });

export function axesOf(placement: Placement, dim: string): readonly string[] {
  return entryOf(placement.split, dim) ?? [];
}

/** All axes that split some dim. */
export function splitAxes(placement: Placement): readonly string[] {
  return Object.values(placement.split).flat();
}

export function samePlacement(a: Placement, b: Placement): boolean {
  return a === b || (sameAxes(a.partial, b.partial) && sameSplit(a.split, b.split));
}

function sameAxes(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((axis, i) => axis === b[i]);
}

/** Whether two splits give the same dims the same axes. */
export function sameSplit(a: Placement["split"], b: Placement["split"]): boolean {
  const dims = Object.keys(a);
  if (dims.length !== Object.keys(b).length) return false;
  return dims.every((dim) => {
    const axes = entryOf(b, dim);
    return axes !== undefined && sameAxes(a[dim]!, axes);
  });
}

const texts = new WeakMap<Placement, string>();

/** A canonical text: `batch@data+pod heads@model partial:x`. */
export function printPlacement(placement: Placement): string {
  let text = texts.get(placement);
  if (text === undefined) {
    const split = Object.keys(placement.split)
      .sort()
      .map((dim) => `${dim}@${placement.split[dim]!.join("+")}`);
    const partial = placement.partial.length > 0 ? [`partial:${placement.partial.join("+")}`] : [];
    text = [...split, ...partial].join(" ");
    texts.set(placement, text);
  }
  return text;
}

/** A contiguous part of one dim. */
export interface Range {
  readonly begin: number;
  readonly size: number;
}

/**
 * The part of a dim at a coordinate. Parts are contiguous and differ by at most one element at each
 * axis, the first ones larger; several axes split recursively, the first axis first.
 */
export function rangeOf(
  size: number,
  axes: readonly string[],
  mesh: Mesh,
  coordinate: Coordinate,
): Range {
  let range: Range = { begin: 0, size };
  for (const axis of axes) {
    const parts = mesh.axes[axis]!;
    const at = coordinate[axis]!;
    const small = Math.floor(range.size / parts);
    const larger = range.size % parts;
    range = {
      begin: range.begin + at * small + Math.min(at, larger),
      size: small + (at < larger ? 1 : 0),
    };
  }
  return range;
}

/** What two ranges have in common: of size 0 where they do not meet. */
export function overlap(a: Range, b: Range): Range {
  const begin = Math.max(a.begin, b.begin);
  const end = Math.min(a.begin + a.size, b.begin + b.size);
  return { begin, size: Math.max(0, end - begin) };
}

/** A device's part of a tensor: a range of every dim, in the tensor's dim order. */
export type Box = readonly Range[];

/** The slice of a tensor that the device at a coordinate holds. */
export function boxOf(
  dims: readonly Dimension[],
  placement: Placement,
  mesh: Mesh,
  coordinate: Coordinate,
): Box {
  return dims.map((d) => rangeOf(d.size, axesOf(placement, d.name), mesh, coordinate));
}

/** Whether a value is a range for each of some dims, wherever they lie. */
export function isBox(value: unknown): value is Box {
  return Array.isArray(value) && value.every(isRange);
}

function isRange(value: unknown): value is Range {
  const { begin, size } = (value ?? {}) as Partial<Range>;
  return typeof begin === "number" && typeof size === "number";
}

/** A box as errors tell it: `0..5, 1..3`. */
export function printBox(box: Box): string {
  return box.map(({ begin, size }) => `${begin}..${begin + size}`).join(", ");
}

/** The number of elements in a box. */
export function volume(box: Box): number {
  return box.reduce((product, range) => product * range.size, 1);
}
