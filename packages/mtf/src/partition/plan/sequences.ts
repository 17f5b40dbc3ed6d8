import { remembered } from "./remembered.ts";

/**
 * Numbers for sequences of numbers, the same for the same sequence: each is that of what is before its
 * last number, and of this. The empty one's is 0.
 *
 * @example
 * const then = sequences();
 * const all = then(then(0, 7), 3); // [7, 3]
 */
export function sequences(): (before: number, last: number) => number {
  const longer: Map<number, number>[] = [];
  let count = 0;
  return (before, last) => {
    longer[before] ??= new Map();
    return remembered(longer[before], last, () => ++count);
  };
}
