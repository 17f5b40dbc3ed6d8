/**
 * A permutation of 0 … n − 1 that is computed, not stored: place → element. It depends on nothing
 * but its keys, so any place of it is known without the ones before.
 *
 * A Feistel network permutes the numbers of 2k bits; those that fall outside go through it again
 * until they fall inside.
 *
 * @example
 * const at = permutation(1e9, [seed, epoch]);
 * at(0); // some element; no two places have the same
 */
export function permutation(n: number, keys: readonly number[]): (place: number) => number {
  let half = 1;
  while (2 ** (2 * half) < n) half++;
  const size = 2 ** half;
  const key = keys.reduce((hash, part) => mix(mix(hash ^ part) ^ Math.floor(part / 2 ** 32)), 1);
  const rounds = [0, 1, 2, 3, 4, 5].map((round) => mix(key ^ Math.imul(round + 1, 0x9e3779b9)));

  const once = (place: number): number => {
    let left = Math.floor(place / size);
    let right = place % size;
    for (const round of rounds) {
      const next = (left ^ mix(right ^ round)) & (size - 1);
      left = right;
      right = next;
    }
    return left * size + right;
  };
  return (place) => {
    let element = once(place);
    while (element >= n) element = once(element);
    return element;
  };
}

/** A hash of 32 bits to 32 bits in which every bit of the input reaches every bit of the output. */
export function mix(bits: number): number {
  let h = bits | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}
