import type { Dimension } from "../dimension.ts";
import type { DType } from "../dtype.ts";
import type { Mesh } from "../mesh.ts";
import { bytesAtRest } from "../rest/bytes.ts";
import type { Rest } from "../rest/rest.ts";
import { axesOf, type Placement, splitAxes } from "./placement.ts";

/** What a value is, as far as moving it goes. */
export interface Shaped {
  readonly dims: readonly Dimension[];
  readonly dtype: DType;
  readonly rest?: Rest | undefined;
}

/** Bytes that a device receives on average when a value goes from one placement to another. */
export function transferBytes(value: Shaped, from: Placement, to: Placement, mesh: Mesh): number {
  return transferCost(value, from, to, mesh, received);
}

/** What moving a value costs. */
export interface Price {
  /** Of a collective along these axes, by which a device receives so many bytes on average. */
  readonly collective: (axes: readonly string[], bytes: number) => number;
  /** Of taking a part of so many bytes from what a device holds. */
  readonly slice: (bytes: number) => number;
  /**
   * Bytes that a device receives on average from a placement to another that owes as much. Without it
   * they are estimated, much faster: as if slices were even, and as if what a device holds of one dim
   * told nothing of what it holds of another.
   */
  readonly moved?: (value: Shaped, from: Placement, to: Placement, mesh: Mesh) => number;
}

const received: Price = { collective: (_, bytes) => bytes, slice: () => 0 };

/** What it costs that a value goes from one placement to another. */
export function transferCost(
  value: Shaped,
  from: Placement,
  to: Placement,
  mesh: Mesh,
  { collective, slice, moved = estimated }: Price,
): number {
  const whole = bytesAtRest(value);
  const owed = from.partial.filter((axis) => !to.partial.includes(axis));
  let cost = 0;
  let at = from;
  if (owed.length > 0) {
    at = settled(value.dims, from, owed, to);
    const scattered = owed.filter((axis) => splitAxes(at).includes(axis));
    const summed = owed.filter((axis) => !scattered.includes(axis));
    const held = whole / devices(splitAxes(from), mesh);
    const kept = held / devices(scattered, mesh);
    if (scattered.length > 0) cost += collective(scattered, kept * (devices(scattered, mesh) - 1));
    if (summed.length > 0) {
      cost += collective(summed, (2 * kept * (devices(summed, mesh) - 1)) / devices(summed, mesh));
    }
  }
  const missing = moved(value, at, to, mesh);
  if (missing > 0) return cost + collective(moveOf(value.dims, at, to).axes, missing);
  if (splitAxes(to).length <= splitAxes(at).length) return cost;
  return cost + slice(whole / devices(splitAxes(to), mesh));
}

function estimated(value: Shaped, from: Placement, to: Placement, mesh: Mesh): number {
  const part = bytesAtRest(value) / devices(splitAxes(to), mesh);
  return part * (1 - heldShare(value.dims, from, to, mesh));
}

/** The share of its part under `to` that a device has already under `from`, on average. */
function heldShare(dims: readonly Dimension[], from: Placement, to: Placement, mesh: Mesh): number {
  let share = 1;
  for (const { name } of dims) {
    const before = axesOf(from, name);
    const common = commonPrefix(before, axesOf(to, name));
    share /= devices(before.slice(common), mesh);
  }
  return share;
}

export function devices(axes: readonly string[], mesh: Mesh): number {
  return axes.reduce((product, axis) => product * mesh.axes[axis]!, 1);
}

function commonPrefix(a: readonly string[], b: readonly string[]): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

/**
 * The placement after settling the axes `owed`: split further towards `to` where that is a
 * refinement of what is held, else summed in full.
 */
export function settled(
  dims: readonly Dimension[],
  from: Placement,
  owed: readonly string[],
  to: Placement,
): Placement {
  const split: Record<string, readonly string[]> = { ...from.split };
  for (const { name } of dims) {
    const held = axesOf(from, name);
    const wanted = axesOf(to, name);
    if (commonPrefix(held, wanted) < held.length) continue;
    let end = held.length;
    while (end < wanted.length && owed.includes(wanted[end]!)) end++;
    if (end > held.length) split[name] = wanted.slice(0, end);
  }
  return { split, partial: from.partial.filter((axis) => !owed.includes(axis)) };
}

/** What going from one placement to another is called, and along which axes devices exchange. */
export function moveOf(
  dims: readonly Dimension[],
  from: Placement,
  to: Placement,
): { readonly name: "all-gather" | "all-to-all" | "slice" | "exchange"; readonly axes: string[] } {
  const lost: string[] = [];
  const gained: string[] = [];
  for (const { name } of dims) {
    const before = axesOf(from, name);
    const after = axesOf(to, name);
    const common = commonPrefix(before, after);
    lost.push(...before.slice(common));
    gained.push(...after.slice(common));
  }
  if (lost.length === 0) return { name: "slice", axes: [] };
  if (gained.length === 0) return { name: "all-gather", axes: lost };
  const same = lost.length === gained.length && lost.every((axis) => gained.includes(axis));
  return { name: same ? "all-to-all" : "exchange", axes: lost };
}
