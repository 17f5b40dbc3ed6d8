import { Damage } from "./damage.ts";

/** The bit where a backward stream starts: the one below its highest set bit. */
export function backwardStart(bytes: Uint8Array, start: number, end: number): number {
  const last = end > start ? bytes[end - 1]! : 0;
  if (last === 0) throw new Damage("a bit stream has no end mark");
  return end * 8 - 8 + highestBit(last);
}

/** The position of a number's highest set bit. */
export function highestBit(value: number): number {
  return 31 - Math.clz32(value);
}

/**
 * `count` bits (at most 25) that start at a bit. Bytes before and after the stream may be anything,
 * but have to be there: callers notice by the position that a stream was overrun.
 */
export function bitsAt(bytes: Uint8Array, bit: number, count: number): number {
  const at = bit >> 3;
  const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  return (word >>> (bit & 7)) & ((1 << count) - 1);
}
