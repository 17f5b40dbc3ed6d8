import type { Windows } from "../../../graph/kinds.ts";
import type { Slice } from "../../backend.ts";
import { reachOf } from "../../slices/reach.ts";
import { type Extent, extentsOf, type Strides, stridesOf } from "../../slices/walk.ts";
import type { Factor } from "../product.ts";

/** Windows as they lie in what they are taken of: neighbours share elements. */
export interface View extends Factor {
  /** The element that the first is. */
  readonly begin: number;
  /** The dims of what they are taken of, with what they reach beyond its ends. */
  readonly around: readonly Extent[];
  /** Whether they reach from the first element of each dim to the last. */
  readonly exact: boolean;
  /** What they are taken of with zeros around it, where any window reaches beyond its ends. */
  readonly padded: Padded | undefined;
}

export interface Padded {
  readonly extents: readonly Extent[];
  readonly strides: Strides;
  /** The place of the first element that is not zero. */
  readonly begin: number;
}

/** @param taken the windows of windows that a device has */
export function viewOf(windows: readonly Windows[], x: Slice, taken: Slice): View {
  const reaches = windows.map((each) => ({ ...each, ...reachOf(each, x, taken) }));
  const extents = extentsOf(x).map(({ name, size }) => {
    const reach = reaches.find(({ dim }) => dim === name);
    return { name, size: reach ? reach.low + size + reach.high : size };
  });
  const own = stridesOf(extents);
  const strides: Record<string, number> = { ...own };
  for (const { dim, tap, stride, dilation } of windows) {
    strides[tap] = own[dim]! * dilation;
    strides[dim] = own[dim]! * stride;
  }
  const along = (place: (reach: (typeof reaches)[number]) => number) =>
    reaches.reduce((sum, reach) => sum + place(reach) * own[reach.dim]!, 0);
  const beyond = reaches.some(({ low, high }) => low + high > 0);
  return {
    extents: extentsOf(taken),
    strides,
    begin: along(({ skipped }) => skipped),
    around: extents,
    exact: reaches.every(({ dim, size }) => size === extents.find((e) => e.name === dim)!.size),
    padded: beyond ? { extents, strides: own, begin: along(({ low }) => low) } : undefined,
  };
}
