import type { DType } from "../../dtype.ts";
import { type Extent, type Strides, stridesOf } from "../slices/walk.ts";
import type { Context } from "./context.ts";
import { collapse, described, type LoopDim, words } from "./dims.ts";
import type { HeapBuffer } from "./heap.ts";

/** Copies between two buffers of one dtype, from element and to element offsets given at binding. */
export type Copy = (from: HeapBuffer, to: HeapBuffer) => void;

/**
 * Binds a copy of all elements of `extents`, which both arrays hold at their own strides.
 *
 * @param begins the first element in either array
 */
export function bindCopy(
  context: Context,
  dtype: DType,
  extents: readonly Extent[],
  from: Strides,
  to: Strides,
  begins: readonly [from: number, to: number] = [0, 0],
): Copy {
  const size = dtype === "bool" ? 1 : 4;
  const copy = bindCopyAt(context, size, extents, from, to);
  const [fromStart, toStart] = begins.map((begin) => begin * size) as [number, number];
  return (source, target) => copy(source.block.offset + fromStart, target.block.offset + toStart);
}

/** The same copy between any two places of the heap, in bytes. */
export function bindCopyAt(
  { heap, kernels }: Context,
  size: 1 | 4,
  extents: readonly Extent[],
  from: Strides,
  to: Strides,
): (source: number, target: number) => void {
  const loop = loopOf(extents, from, to);
  if (!loop) return () => {};
  const tiled = size === 4 && tile(loop);
  const description = words(described(loop));
  const run = size === 4 ? kernels.copy.copyWords! : kernels.copy.copyBytes!;
  return (source, target) => run(heap.describe(description), source, target, +tiled);
}

/** Binds an addition of all elements of `extents` to floats of another buffer, otherwise as `bindCopy`. */
export function bindAdd(
  { heap, kernels }: Context,
  extents: readonly Extent[],
  from: Strides,
  to: Strides,
  begins: readonly [from: number, to: number],
): Copy {
  const loop = loopOf(extents, from, to);
  if (!loop) return () => {};
  const description = words(described(loop));
  const [fromStart, toStart] = begins.map((begin) => begin * 4) as [number, number];
  return (source, target) => {
    const [x, sum] = [source.block.offset + fromStart, target.block.offset + toStart];
    kernels.copy.addFloats!(heap.describe(description), x, sum);
  };
}

/** The dims to go through, in the order of the target; undefined where there is no element. */
function loopOf(extents: readonly Extent[], from: Strides, to: Strides): LoopDim[] | undefined {
  const dims = extents
    .map(({ name, size }) => ({ size, strides: [from[name] ?? 0, to[name] ?? 0] }))
    .sort((a, b) => b.strides[1]! - a.strides[1]!);
  if (dims.some((dim) => dim.size === 0)) return undefined;
  const loop = [...collapse(dims)];
  return loop.length === 0 ? [{ size: 1, strides: [1, 1] }] : loop;
}

/** Puts the dim along which the source is adjacent before the last, where that is another one. */
function tile(loop: LoopDim[]): boolean {
  const last = loop.at(-1)!;
  const at = loop.findIndex((dim) => dim.strides[0] === 1);
  if (at < 0 || at === loop.length - 1 || last.strides[1] !== 1) return false;
  if (last.size < 4 || loop[at]!.size < 4 || last.strides[0] === 0) return false;
  const [adjacent] = loop.splice(at, 1);
  loop.splice(loop.length - 1, 0, adjacent!);
  return true;
}

/** Binds a copy of a whole tensor into another order of dims, row by row. */
export function bindReorder(
  context: Context,
  dtype: DType,
  from: readonly Extent[],
  to: readonly Extent[],
): Copy {
  return bindCopy(context, dtype, to, stridesOf(from), stridesOf(to));
}

/** Whether two lists of dims store elements in the same order; those of size 1 do not matter. */
export function sameOrder(a: readonly Extent[], b: readonly Extent[]): boolean {
  const names = (extents: readonly Extent[]) =>
    extents.flatMap((e) => (e.size === 1 ? [] : [e.name])).join();
  return names(a) === names(b);
}
