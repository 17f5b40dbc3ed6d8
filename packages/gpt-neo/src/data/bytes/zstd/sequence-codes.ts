import { type FseTable, fseTable } from "./fse.ts";

/** How a code becomes a length: a base, and so many bits to add to it (RFC 8878, 3.1.1.3.2.1). */
export interface Codes {
  readonly base: Uint32Array;
  readonly bits: Uint8Array;
  readonly maxLog: number;
  readonly standard: FseTable;
}

function codes(
  first: number,
  bits: readonly number[],
  maxLog: number,
  log: number,
  counts: readonly number[],
): Codes {
  const base = new Uint32Array(bits.length);
  for (let i = 0, next = first; i < bits.length; next += 2 ** bits[i++]!) base[i] = next;
  return { base, bits: Uint8Array.from(bits), maxLog, standard: fseTable(counts, log) };
}

const zeros = (count: number): number[] => new Array<number>(count).fill(0);

export const literalLengths: Codes = codes(
  0,
  [...zeros(16), 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  6,
  [
    4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1,
    -1, -1, -1, -1,
  ],
);

export const matchLengths: Codes = codes(
  3,
  [...zeros(32), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
  9,
  6,
  [
    1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
  ],
);

export const offsets: Codes = codes(
  1,
  Array.from({ length: 32 }, (_, i) => i),
  8,
  5,
  [1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1],
);
