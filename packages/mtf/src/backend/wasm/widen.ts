import { elements } from "../../dimension.ts";
import { type Rest, restDType } from "../../rest/rest.ts";
import { type Extent, stridesOf } from "../slices/walk.ts";
import type { Context } from "./context.ts";
import { collapse, described, type LoopDim, words } from "./dims.ts";

/** The numbers by which the kernel knows what it widens. */
const kinds = { bfloat16: 0, float16: 1, int8: 2 } as const;

/** How far apart numbers rest: bytes of each, and where the first is among the bytes of a slice. */
interface Stored {
  readonly width: number;
  readonly begin: number;
}

/**
 * Widens a range of a dim of what rests at a place of the heap, to another place, row by row.
 *
 * @param begin the first index of the range
 */
export type Widen = (from: number, begin: number, to: number) => void;

/** @param range the dim, and how many of its indices; absent where all of the slice is widened */
export function bindWiden(
  { heap, kernels }: Context,
  rest: Rest,
  extents: readonly Extent[],
  range?: { readonly dim: string; readonly size: number },
): Widen {
  const part = extents.map((e) => (e.name === range?.dim ? { ...e, size: range.size } : e));
  const scaled = typeof rest === "object" ? rest.scales : [];
  const scales = extents.filter((e) => scaled.includes(e.name));
  const strides = [extents, part, scales].map(stridesOf);
  const loop = adjacent(
    part.map(({ name, size }) => ({ size, strides: strides.map((s) => s[name] ?? 0) })),
  );
  const description = words(described(loop));
  const dtype = restDType(rest);
  const stored: Stored =
    dtype === "int8" ? { width: 1, begin: 4 * elements(scales) } : { width: 2, begin: 0 };
  const [numberStep, , scaleStep] = strides.map((s) => (range && s[range.dim]) ?? 0);
  const run = kernels.widen.widen!;
  return (from, begin, to) => {
    const numbers = from + stored.begin + stored.width * begin * numberStep!;
    const ownScales = from + 4 * begin * scaleStep!;
    run(heap.describe(description), numbers, ownScales, to, kinds[dtype]);
  };
}

/** As few dims as possible, the last of them with neighbours. */
function adjacent(dims: readonly LoopDim[]): readonly LoopDim[] {
  const loop = collapse(dims);
  const last = loop.at(-1);
  const fits = last && last.strides[0] === 1 && last.strides[1] === 1 && last.strides[2]! <= 1;
  return fits ? loop : [...loop, { size: 1, strides: [1, 1, 0] }];
}
