import type { Attributes, OpOf } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";

/** Windows that a convolution takes, as an op of their own, and the part of them that a device has. */
export interface Windowed {
  readonly op: OpOf<"window">;
  readonly slice: Slice;
}

/**
 * The windows of a convolution, one after the other. Their taps lie together behind the last dim that
 * windows are taken along, so that what is summed with them, such as channels, may lie beside them.
 */
export function windowedOf(
  { windows }: Attributes["convolution"],
  [x, b]: readonly Slice[],
  c: Slice,
): readonly Windowed[] {
  const along = windows.map(({ dim }) => dim);
  const last = Math.max(...along.map((dim) => x!.dims.findIndex((d) => d.name === dim)));
  const sides = [b!, c].flatMap(({ dims, box }) => dims.map((dim, i) => ({ dim, range: box[i]! })));
  const sideOf = (name: string) => sides.find(({ dim }) => dim.name === name)!;
  const taps: (typeof sides)[number][] = [];
  let own = x!.dims.map((dim, i) => ({ dim, range: x!.box[i]! }));
  return windows.map((each) => {
    own = own.map((side) => (side.dim.name === each.dim ? sideOf(each.dim) : side));
    taps.push(sideOf(each.tap));
    const all = own.toSpliced(last + 1, 0, ...taps);
    const slice = {
      dims: all.map(({ dim }) => dim),
      dtype: x!.dtype,
      box: all.map((s) => s.range),
    };
    return { op: { kind: "window", attributes: { ...each, value: 0 } }, slice };
  });
}
