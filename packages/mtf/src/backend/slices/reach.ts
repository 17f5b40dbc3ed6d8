import type { Windows } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import { rangeIn } from "./walk.ts";

/** The elements of a dim from those of the first window to those of the last, and what lies around. */
export interface Reach {
  /** How many there are, those beyond the ends of the dim included. */
  readonly size: number;
  /** How many lie before the dim's first element, and how many behind its last. */
  readonly low: number;
  readonly high: number;
  /** How many elements of the dim, and before it, there are in front of the first window. */
  readonly skipped: number;
}

/** How far windows that a device has reach over a dim of a slice. */
export function reachOf(
  { dim, tap, stride, dilation, before }: Windows,
  x: Slice,
  windows: Slice,
): Reach {
  const [counted, taps] = [rangeIn(windows, dim), rangeIn(windows, tap)];
  const first = taps.begin * dilation - before;
  const size = (counted.size - 1) * stride + (taps.size - 1) * dilation + 1;
  const low = Math.max(0, -first);
  const high = Math.max(0, first + size - rangeIn(x, dim).size);
  return { size, low, high, skipped: first + low };
}
