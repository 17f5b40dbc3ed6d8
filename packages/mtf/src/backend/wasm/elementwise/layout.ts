import type { DType } from "../../../dtype.ts";
import { type Extent, stridesOf } from "../../slices/walk.ts";
import { collapse } from "../dims.ts";

/** How an operand is laid out, as kernels/elementwise.ts numbers it. */
export const layouts = { direct: 0, constant: 1, rows: 2, single: 3, collected: 4 } as const;

/** Elements of chunks that are worth reading where they are. */
const longRow = 128;

/** How a kernel finds the elements of an argument. */
export interface Layout {
  readonly words: readonly number[];
  /** Whether it has an element for every one of the result, in the same order. */
  readonly aligned: boolean;
}

export function layoutOf(
  extents: readonly Extent[],
  operand: readonly Extent[],
  dtype: DType,
): Layout {
  const strides = stridesOf(operand);
  const dims = [
    ...collapse(extents.map((e) => ({ size: e.size, strides: [strides[e.name] ?? 0] }))),
  ];
  if (dims.length === 0) dims.push({ size: 1, strides: [1] });
  const inner = dims.at(-1)!;
  const bytes = dtype === "bool";
  const aligned = dims.length === 1 && inner.strides[0] === 1;
  const how = (() => {
    if (dims.length === 1 && inner.strides[0] === 0) return layouts.single;
    if (bytes) return layouts.collected;
    if (aligned) return layouts.direct;
    return inner.strides[0] === 1 && inner.size >= longRow ? layouts.rows : layouts.collected;
  })();
  const flat = dims.flatMap((dim) => [dim.size, ...dim.strides]);
  return { words: [how, +bytes, 0, dims.length, ...flat], aligned };
}

/** The words of up to three arguments, after those that say where each begins. */
export function indexed(args: readonly (readonly number[])[], before: number): readonly number[] {
  let at = before + 3;
  const begins = [0, 1, 2].map((i) => {
    const begin = at;
    at += args[i]?.length ?? 0;
    return begin;
  });
  return [...begins, ...args.flat()];
}
