import type { Windows } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import { extentsOf, rangeIn, stridesOf, walk } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";

/** Windows over a dim. */
export const window: Bind<"window"> = (attributes, [x], [result]) => {
  const places = placesIn(attributes, x!, result!);
  const { value } = attributes;
  return ([values], [out]) => {
    for (let i = 0; i < places.length; i++) out![i] = places[i]! < 0 ? value : values![places[i]!]!;
  };
};

/** The elements of windows, added where they are from. */
export const overlapAdd: Bind<"overlapAdd"> = (attributes, [windows], [result]) => {
  const places = placesIn(attributes, result!, windows!);
  return ([values], [out]) => {
    out!.fill(0);
    for (let i = 0; i < places.length; i++) {
      if (places[i]! >= 0) out![places[i]!]! += values![i]!;
    }
  };
};

/** Where in a slice the elements of windows over it are, in the windows' order: -1 outside. */
function placesIn(
  { dim, tap, stride, dilation, before, wrap }: Windows,
  x: Slice,
  windows: Slice,
): Int32Array {
  const extents = extentsOf(windows);
  const { [dim]: apart, ...others } = stridesOf(extentsOf(x));
  const rows = walk(extents, others);
  const first = rangeIn(windows, tap).begin * dilation - before;
  const { size } = rangeIn(x, dim);
  const along = walk(extents, { [dim]: stride, [tap]: dilation }, first);
  return rows.map((row, i) => {
    const place = wrap ? ((along[i]! % size) + size) % size : along[i]!;
    return place >= 0 && place < size ? row + place * apart! : -1;
  });
}
