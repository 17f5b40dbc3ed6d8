import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type Extent, sizeOf } from "../slices/walk.ts";
import type { Arena } from "./arena.ts";

/** A change of form, worked out when an op is bound. */
export type Arrange = (arena: Arena, x: TensorInfo) => TensorInfo;

/** Puts dims that are stored as `from` into the order of `to`. */
export function ordered(from: readonly Extent[], to: readonly Extent[]): Arrange {
  const perm = to.map((e) => from.findIndex((f) => f.name === e.name));
  if (perm.every((p, i) => p === i)) return (_, x) => x;
  return (arena, x) => arena.call("Transpose", { x }, { perm });
}

export function shaped(shape: readonly number[]): Arrange {
  return (arena, x) => arena.call("Reshape", { x }, { shape });
}

/** The dims in the order of `to`, with size 1 where they are missing: ready to broadcast. */
export function aligned(from: readonly Extent[], to: readonly Extent[]): Arrange {
  const names = new Set(from.map((e) => e.name));
  const present = to.filter((e) => names.has(e.name));
  const order = ordered(from, present);
  if (present.length === to.length) return order;
  const shape = shaped(to.map((e) => (names.has(e.name) ? e.size : 1)));
  return (arena, x) => shape(arena, order(arena, x));
}

/** Repeats what was aligned to the full size of `to`. */
export function expanded(from: readonly Extent[], to: readonly Extent[]): Arrange {
  const align = aligned(from, to);
  const reps = to.map((e) => (from.some((f) => f.name === e.name) ? 1 : e.size));
  if (reps.every((n) => n === 1)) return align;
  return (arena, x) => arena.call("Tile", { x: align(arena, x) }, { reps });
}

/** Groups of dims, each merged into one of the result's dims. */
export function merged(
  from: readonly Extent[],
  ...groups: readonly (readonly Extent[])[]
): Arrange {
  const order = ordered(from, groups.flat());
  const shape = shaped(groups.map(sizeOf));
  return (arena, x) => shape(arena, order(arena, x));
}

/** The reverse: dims of `groups`, merged group by group, put into the order of `to`. */
export function unmerged(
  to: readonly Extent[],
  ...groups: readonly (readonly Extent[])[]
): Arrange {
  const stored = groups.flat();
  const shape = shaped(stored.map((e) => e.size));
  const order = ordered(stored, to);
  return (arena, x) => order(arena, shape(arena, x));
}

/** One arrangement after the other. */
export function chain(...steps: readonly Arrange[]): Arrange {
  return (arena, x) => steps.reduce((y, step) => step(arena, y), x);
}
