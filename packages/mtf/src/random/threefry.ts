/**
 * Threefry-2x32 with 20 rounds (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3"): a
 * bijection of 64-bit counters chosen by a 64-bit key. Random numbers are a function of a key and
 * an element's index, so they are the same wherever an element is computed.
 *
 * @example
 * const words = new Int32Array(2);
 * threefry(key[0], key[1], index, 0, words);
 */
export function threefry(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  words: Int32Array,
): void {
  const key2 = key0 ^ key1 ^ 0x1bd11bda;
  let x = (counter0 + key0) | 0;
  let y = (counter1 + key1) | 0;

  // Five times four rounds, and a part of the key after each four. Written out, because a loop over
  // a table of rotations takes five times as long.
  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + key1) | 0;
  y = (y + key2 + 1) | 0;

  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + key2) | 0;
  y = (y + key0 + 2) | 0;

  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  x = (x + key0) | 0;
  y = (y + key1 + 3) | 0;

  x = (x + y) | 0;
  y = ((y << 17) | (y >>> 15)) ^ x;
  x = (x + y) | 0;
  y = ((y << 29) | (y >>> 3)) ^ x;
  x = (x + y) | 0;
  y = ((y << 16) | (y >>> 16)) ^ x;
  x = (x + y) | 0;
  y = ((y << 24) | (y >>> 8)) ^ x;
  x = (x + key1) | 0;
  y = (y + key2 + 4) | 0;

  x = (x + y) | 0;
  y = ((y << 13) | (y >>> 19)) ^ x;
  x = (x + y) | 0;
  y = ((y << 15) | (y >>> 17)) ^ x;
  x = (x + y) | 0;
  y = ((y << 26) | (y >>> 6)) ^ x;
  x = (x + y) | 0;
  y = ((y << 6) | (y >>> 26)) ^ x;
  words[0] = x + key2;
  words[1] = y + key0 + 5;
}

// Elements use counters whose high word is below 2^21, so this one is never theirs.
export const foldCounter = 0x6d7466;

/**
 * A new key from a key and a number.
 *
 * @example
 * const stepKey = foldKey(key, 17);
 */
export function foldKey(key: ArrayLike<number>, data: number): Int32Array {
  const words = new Int32Array(2);
  threefry(key[0]!, key[1]!, data, foldCounter, words);
  return words;
}

/** The key of a seed, a whole number from 0 to 2^53 - 1: its two int32s. */
export function seedKey(seed: number): readonly [high: number, low: number] {
  return [Math.floor(seed / 2 ** 32), seed | 0];
}
