import type { Attended } from "../../../../ops/flashAttention/operands.ts";
import type { Slice } from "../../../backend.ts";
import { type Packed, packed } from "./packed.ts";

/** The segments of queries and keys and the key of what is dropped, as they lie in one array. */
export interface Integers extends Packed {
  /** The segments where there are any, in the array of this name: which slice, and where it begins. */
  segments(array: string): readonly (readonly [array: string, slice: Slice, offset: number])[];
  /** The two words of the key. */
  words(array: string): readonly [string, string];
}

/**
 * @param at the number of each operand
 * @param tensor the number that their room will have
 */
export function integersOf(
  at: Attended<number>,
  operands: readonly Slice[],
  tensor: number,
): Integers {
  const { key } = at;
  const segments: readonly number[] = at.segments ?? [];
  const all = packed("int32", operands, [...segments, ...(key === undefined ? [] : [key])], tensor);
  return {
    ...all,
    segments: (array) =>
      segments.map((operand) => [array, operands[operand]!, all.startOf(operand)] as const),
    words: (array) => {
      const begin = all.startOf(key!);
      return [`${array}[${begin}]`, `${array}[${begin + 1}]`];
    },
  };
}
