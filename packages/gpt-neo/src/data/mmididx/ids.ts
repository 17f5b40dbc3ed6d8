import type { IndexedNumbers } from "./dtypes.ts";

/** Numbers as ids in memory of their own, or the first of them that is none. */
export type Ids =
  | { readonly ids: Int32Array<ArrayBuffer> }
  | { readonly wrong: number; readonly at: number };

/** Ids are whole numbers from 0 to 2^31 - 1; what a type cannot hold is not looked for. */
export function idsOf(numbers: IndexedNumbers): Ids {
  if (numbers instanceof Uint8Array || numbers instanceof Uint16Array) {
    return { ids: new Int32Array(numbers) };
  }
  if (numbers instanceof BigInt64Array) return idsOfWide(numbers);
  // One sign bit tells whether any is set.
  let signs = 0;
  for (let i = 0; i < numbers.length; i++) signs |= numbers[i]!;
  if (signs >= 0) return { ids: new Int32Array(numbers) };
  const at = numbers.findIndex((number) => number < 0);
  return { wrong: numbers[at]!, at };
}

/** Without a BigInt each: the upper half of an id is zero, and the sign of its lower half, too. */
function idsOfWide(numbers: BigInt64Array<ArrayBuffer>): Ids {
  const halves = new Int32Array(numbers.buffer, numbers.byteOffset, 2 * numbers.length);
  const ids = new Int32Array(numbers.length);
  for (let i = 0; i < ids.length; i++) {
    const low = halves[2 * i]!;
    if (low < 0 || halves[2 * i + 1] !== 0) return { wrong: Number(numbers[i]), at: i };
    ids[i] = low;
  }
  return { ids };
}
