import type { Coordinate, Mesh } from "../mesh.ts";
import { type Range, rangeOf } from "./placement.ts";
import { type Pairs, sumOverlaps } from "./sumOverlaps.ts";
import { devices } from "./transfer.ts";

/** A dim of a tensor that is moved: how it is cut before and after. */
export interface MovedDim {
  readonly before: Cut;
  readonly after: Cut;
  /** Element `i` after is element `i + offset` before. */
  readonly offset: number;
}

/** A dim's size, and the axes that cut it, outermost first. */
export interface Cut {
  readonly size: number;
  readonly axes: readonly string[];
}

/**
 * How many of the elements that they need devices hold already, summed over the devices along `axes`.
 * Axes may be very long: those along which slices only differ in size are gone through size by size,
 * and of the others the longest is not gone through at all.
 *
 * @param axes all that cut these dims
 */
export function heldAlready(
  dims: readonly MovedDim[],
  axes: readonly string[],
  mesh: Mesh,
): number {
  const [dim] = dims;
  if (dims.length === 1 && isFiner(dim!)) return dim!.after.size;
  const shifted = new Set(
    dims.flatMap((d) => (isFiner(d) ? [] : [...d.before.axes, ...d.after.axes])),
  );
  const longest = [...shifted].reduce<string | undefined>(
    (a, b) => (a === undefined || mesh.axes[b]! > mesh.axes[a]! ? b : a),
    undefined,
  );
  let places: readonly Places[] = [{ at: {}, count: 1 }];
  for (const axis of axes) {
    if (axis === longest) continue;
    const own = shifted.has(axis) ? eachPlace(axis, mesh) : placesBySize(axis, dims, mesh);
    places = places.flatMap((outer) =>
      own.map(({ at, count }) => ({ at: { ...outer.at, ...at }, count: outer.count * count })),
    );
  }
  return places.reduce((sum, { at, count }) => {
    const pairs = pairsAlong(longest ?? "", dims, mesh, at);
    return sum + count * sumOverlaps(pairs, longest === undefined ? 1 : mesh.axes[longest]!);
  }, 0);
}

/** Places along axes, in which slices are of the same sizes. */
interface Places {
  /** One of them. */
  readonly at: Coordinate;
  readonly count: number;
}

function eachPlace(axis: string, mesh: Mesh): readonly Places[] {
  return Array.from({ length: mesh.axes[axis]! }, (_, i) => ({ at: { [axis]: i }, count: 1 }));
}

/** A cut comes upon parts of two sizes at most, so there are two places where it may give smaller ones. */
function placesBySize(axis: string, dims: readonly MovedDim[], mesh: Mesh): readonly Places[] {
  const count = mesh.axes[axis]!;
  const bends = dims.flatMap(({ before, after }) =>
    [before, after].flatMap(({ size, axes }) => {
      const at = axes.indexOf(axis);
      if (at < 0) return [];
      const part = Math.floor(size / devices(axes.slice(0, at), mesh));
      return [part % count, (part + 1) % count];
    }),
  );
  const begins = [...new Set([0, ...bends])].sort((a, b) => a - b);
  return begins.map((begin, i) => {
    return { at: { [axis]: begin }, count: (begins[i + 1] ?? count) - begin };
  });
}

/** Whether one only cuts the other's slices further: a device then holds all of the smaller one. */
function isFiner({ before, after, offset }: MovedDim): boolean {
  if (offset !== 0 || before.size !== after.size) return false;
  const [coarse, fine] = [before.axes, after.axes].sort((a, b) => a.length - b.length);
  return coarse!.every((axis, i) => axis === fine![i]);
}

/** What a device needs and what it holds, along an axis, at one place along all others. */
function pairsAlong(
  axis: string,
  dims: readonly MovedDim[],
  mesh: Mesh,
  others: Coordinate,
): Pairs {
  return {
    at: (place) =>
      dims.map(({ before, after, offset }): readonly [Range, Range] => {
        const coordinate = { ...others, [axis]: place };
        const needed = rangeOf(after.size, after.axes, mesh, coordinate);
        const held = rangeOf(before.size, before.axes, mesh, coordinate);
        return [{ begin: needed.begin + offset, size: needed.size }, held];
      }),
    bends: dims.flatMap(({ before, after }) =>
      [before, after].flatMap((cut) => bendOf(cut, axis, mesh, others)),
    ),
  };
}

/** The place along an axis from which on slices are smaller by one. */
function bendOf(
  { size, axes }: Cut,
  axis: string,
  mesh: Mesh,
  others: Coordinate,
): readonly number[] {
  const at = axes.indexOf(axis);
  if (at < 0) return [];
  return [rangeOf(size, axes.slice(0, at), mesh, others).size % mesh.axes[axis]!];
}
