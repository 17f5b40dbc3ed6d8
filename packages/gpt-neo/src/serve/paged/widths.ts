import { powerOfTwo } from "../../power-of-two.ts";

/** How many rows, or blocks of a row, a program is made for: a few sizes, so that programs are few. */
export function widthFor(count: number, least = 1): number {
  return Math.max(least, powerOfTwo(count));
}
