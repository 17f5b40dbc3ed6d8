import type { HostArray } from "../dtype.ts";
import { fromFloat16, toFloat16 } from "../half.ts";

/** Converts neighbours of an array: `length` of them from `from` on, to `to` in another. */
export type ConvertHalves = (
  source: HostArray,
  from: number,
  target: HostArray,
  to: number,
  length: number,
) => void;

/** The float32 numbers of halves. */
export const widenHalves: { readonly [D in "bfloat16" | "float16"]: ConvertHalves } = {
  bfloat16(bits, from, target, to, length) {
    // A bfloat16 is the upper half of a float32.
    const inPlace = target instanceof Float32Array;
    const numbers = inPlace ? target.subarray(to, to + length) : new Float32Array(length);
    const words = new Int32Array(numbers.buffer, numbers.byteOffset, length);
    for (let i = 0; i < length; i++) words[i] = bits[from + i]! << 16;
    if (!inPlace) target.set(numbers, to);
  },
  float16(bits, from, target, to, length) {
    const values = allHalves();
    for (let i = 0; i < length; i++) target[to + i] = values[bits[from + i]!]!;
  },
};

/** The halves nearest to float32 numbers, as bits; of two as near the even one. */
export const narrowHalves: { readonly [D in "bfloat16" | "float16"]: ConvertHalves } = {
  bfloat16(numbers, from, bits, to, length) {
    const part = numbers.subarray(from, from + length);
    const singles = part instanceof Float32Array ? part : Float32Array.from(part);
    const words = new Int32Array(singles.buffer, singles.byteOffset, length);
    // As `toBfloat16`, without a call and a look at memory for each.
    for (let i = 0; i < length; i++) {
      const word = words[i]!;
      bits[to + i] =
        (word & 0x7fffffff) > 0x7f800000
          ? (word >>> 16) | 0x40
          : (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
    }
  },
  float16(numbers, from, bits, to, length) {
    for (let i = 0; i < length; i++) bits[to + i] = toFloat16(numbers[from + i]!);
  },
};

let halves: Float32Array | undefined;

/** The value of every float16, by its bits. */
function allHalves(): Float32Array {
  halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => fromFloat16(bits));
  return halves;
}
