import { bitsAt, highestBit } from "./bits.ts";
import { Damage } from "./damage.ts";

/** A finite-state decoder: a state gives a symbol, and how many bits lead to the next state. */
export interface FseTable {
  readonly log: number;
  readonly symbol: Uint8Array;
  readonly bits: Uint8Array;
  readonly base: Uint16Array;
}

/** Reads a table's probabilities, and where they end. */
export function readFseTable(
  bytes: Uint8Array,
  start: number,
  end: number,
  maxSymbol: number,
  maxLog: number,
): { table: FseTable; end: number } {
  const log = (start < end ? bytes[start]! & 15 : 15) + 5;
  if (log > maxLog) throw new Damage("an FSE table is larger than allowed");
  const counts = new Int16Array(maxSymbol + 1);
  let bit = start * 8 + 4;
  let remaining = (1 << log) + 1;
  let threshold = 1 << log;
  let width = log + 1;
  let symbol = 0;
  while (remaining > 1) {
    if (symbol > maxSymbol || bit > end * 8) throw new Damage("an FSE table is not complete");
    // Values are not equally likely to be possible: the small ones take a bit less.
    const spare = 2 * threshold - 1 - remaining;
    let value = bitsAt(bytes, bit, width);
    if ((value & (threshold - 1)) < spare) {
      value &= threshold - 1;
      bit += width - 1;
    } else {
      if (value >= threshold) value -= spare;
      bit += width;
    }
    const count = value - 1;
    remaining -= Math.abs(count);
    counts[symbol++] = count;
    if (count === 0) {
      for (let zeros = 3; zeros === 3; bit += 2) {
        zeros = bitsAt(bytes, bit, 2);
        symbol += zeros;
        if (symbol > maxSymbol + 1 || bit > end * 8) throw new Damage("an FSE table is too long");
      }
    }
    while (remaining > 1 && remaining < threshold) {
      width--;
      threshold >>= 1;
    }
  }
  const after = (bit + 7) >> 3;
  if (remaining !== 1 || after > end) throw new Damage("an FSE table is not complete");
  return { table: fseTable(counts, log), end: after };
}

/** The decoder of given probabilities; -1 means "less than one". */
export function fseTable(counts: ArrayLike<number>, log: number): FseTable {
  const size = 1 << log;
  const symbol = new Uint8Array(size);
  const bits = new Uint8Array(size);
  const base = new Uint16Array(size);
  const next = new Uint16Array(counts.length);
  let high = size;
  for (let s = 0; s < counts.length; s++) {
    next[s] = Math.abs(counts[s]!);
    if (counts[s] === -1) symbol[--high] = s;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (let s = 0; s < counts.length; s++) {
    for (let n = counts[s]!; n > 0; n--) {
      symbol[at] = s;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  }
  for (let state = 0; state < size; state++) {
    const n = next[symbol[state]!]!++;
    bits[state] = log - highestBit(n);
    base[state] = (n << bits[state]!) - size;
  }
  return { log, symbol, bits, base };
}

/** The decoder that only ever gives one symbol. */
export function constantTable(only: number): FseTable {
  return {
    log: 0,
    symbol: Uint8Array.of(only),
    bits: new Uint8Array(1),
    base: new Uint16Array(1),
  };
}
