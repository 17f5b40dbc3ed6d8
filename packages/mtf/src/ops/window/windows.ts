import type { Attributes, Windows } from "../../graph/kinds.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";

/**
 * So many windows over a dim, each of `taps` elements.
 *
 * @param ahead the dim before which taps lie; by default they lie behind `dim`
 */
export function windowsOf(
  x: AnyTensor,
  attributes: Attributes["window"],
  count: number,
  taps: number,
  ahead?: string,
): AnyTensor {
  const { dim, tap } = attributes;
  const dims = dimsOf(x).flatMap((d) => {
    const own = d.name === dim ? { name: dim, size: count } : d;
    const made = { name: tap, size: taps };
    if (d.name === ahead) return [made, own];
    return ahead === undefined && d.name === dim ? [own, made] : [own];
  });
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
