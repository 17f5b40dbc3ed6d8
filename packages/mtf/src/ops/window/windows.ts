import type { Attributes, Windows } from "../../graph/kinds.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";

/** So many windows over a dim, each of `taps` elements. */
export function windowsOf(
  x: AnyTensor,
  attributes: Attributes["window"],
  count: number,
  taps: number,
): AnyTensor {
  const { dim, tap } = attributes;
  const made = [
    { name: dim, size: count },
    { name: tap, size: taps },
  ];
  const dims = dimsOf(x).flatMap((d) => (d.name === dim ? made : [d]));
  return makeTensor("window", attributes, [x], { dims, dtype: x.dtype });
}

/** What windows over a dim of this size add up to. */
export function addedUp(windows: AnyTensor, attributes: Windows, size: number): AnyTensor {
  const { dim, tap } = attributes;
  const left = dimsOf(windows).filter((d) => d.name !== tap);
  const dims = left.map((d) => (d.name === dim ? { name: dim, size } : d));
  return makeTensor("overlapAdd", attributes, [windows], { dims, dtype: windows.dtype });
}

/** From the first element of a window to its last, these included. */
export const extentOf = (taps: number, dilation: number): number => (taps - 1) * dilation + 1;
