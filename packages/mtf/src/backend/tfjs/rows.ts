import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Slice } from "../backend.ts";
import { type Extent, extentsOf, rangeIn, without } from "../slices/walk.ts";
import type { Arena } from "./arena.ts";
import { type Arrange, aligned, ordered } from "./arrange.ts";

/**
 * A slice seen as rows along a dim, which is last. What lacks the dim has size 1 there, so that
 * arithmetic broadcasts.
 */
export interface Rows {
  /** The dims of rows, `over` last. */
  readonly extents: readonly Extent[];
  /** The number of elements in a row. */
  readonly size: number;
  /** The first position of a row in the whole. */
  readonly begin: number;
  /** Brings an operand into this form. */
  readonly enter: (slice: Slice) => Arrange;
  /** Brings a result out of it. */
  readonly leave: (slice: Slice) => Arrange;
}

export function rowsAlong(over: string, x: Slice): Rows {
  const { begin, size } = rangeIn(x, over);
  const outer = without(extentsOf(x), [over]);
  const extents = [...outer, { name: over, size }];
  return {
    extents,
    size,
    begin,
    enter: (slice) => aligned(extentsOf(slice), extents),
    leave(slice) {
      const target = extentsOf(slice);
      const present = extents.filter((e) => target.some((t) => t.name === e.name));
      const order = ordered(present, target);
      const shape = present.map((e) => e.size);
      if (present.length === extents.length) return order;
      return (arena, y) => order(arena, arena.call("Reshape", { x: y }, { shape }));
    },
  };
}

/** The sum of every row, with size 1. */
export function rowSum(arena: Arena, x: TensorInfo): TensorInfo {
  return arena.call("Sum", { x }, { axis: [x.shape.length - 1], keepDims: true });
}

/** The largest number of every row, with size 1; NaN where the row holds one. */
export function rowMax(arena: Arena, x: TensorInfo): TensorInfo {
  return arena.call("Max", { x }, { reductionIndices: [x.shape.length - 1], keepDims: true });
}

/** The sum of exp x of every row, with size 1. */
export function rowSumExp(arena: Arena, x: TensorInfo): TensorInfo {
  return rowSum(arena, arena.map("Exp", x));
}

/** The sum of exp(x - shift) of every row and the shift: its largest number, or 0 unless finite. */
export function shiftedSum(
  arena: Arena,
  x: TensorInfo,
): { readonly sum: TensorInfo; readonly shift: TensorInfo } {
  const max = rowMax(arena, x);
  const condition = arena.map("IsFinite", max);
  const zero = arena.call("Fill", {}, { shape: max.shape, value: 0, dtype: "float32" });
  const shift = arena.call("Select", { condition, t: max, e: zero });
  return { sum: rowSumExp(arena, arena.zip("Sub", x, shift)), shift };
}
