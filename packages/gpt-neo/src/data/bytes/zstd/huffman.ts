import { backwardStart, bitsAt, highestBit } from "./bits.ts";
import { Damage } from "./damage.ts";
import { readFseTable } from "./fse.ts";

/** A prefix code's decoder: the next `log` bits give `length << 8 | symbol`. */
export interface HuffmanTable {
  readonly log: number;
  readonly entries: Uint16Array;
}

/** As the reference has it; its own writers stop at 11. */
const maxLog = 12;

/** Reads a tree, and where it ends. */
export function readHuffmanTable(
  bytes: Uint8Array,
  start: number,
  end: number,
): { table: HuffmanTable; end: number } {
  if (start >= end) throw new Damage("a Huffman tree is missing");
  const header = bytes[start]!;
  const direct = header >= 128;
  const after = start + 1 + (direct ? (header - 126) >> 1 : header);
  if (after > end) throw new Damage("a Huffman tree is longer than its block");
  const weights = direct
    ? directWeights(bytes, start + 1, header - 127)
    : fseWeights(bytes, start + 1, after);
  return { table: huffmanTable(weights), end: after };
}

function directWeights(bytes: Uint8Array, start: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => {
    const byte = bytes[start + (i >> 1)]!;
    return i % 2 === 0 ? byte >> 4 : byte & 15;
  });
}

/** Two states take turns; the stream's end is where one would read past its beginning. */
function fseWeights(bytes: Uint8Array, start: number, end: number): number[] {
  const { table, end: streamStart } = readFseTable(bytes, start, end, 255, 6);
  const { log, symbol, bits, base } = table;
  let bit = backwardStart(bytes, streamStart, end);
  const states = [0, 0];
  for (const i of [0, 1]) {
    bit -= log;
    states[i] = bitsAt(bytes, bit, log);
  }
  if (bit < streamStart * 8) throw new Damage("a Huffman tree's weights end early");
  const weights: number[] = [];
  for (let turn = 0; weights.length < 255; turn = 1 - turn) {
    const state = states[turn]!;
    weights.push(symbol[state]!);
    bit -= bits[state]!;
    if (bit < streamStart * 8) {
      weights.push(symbol[states[1 - turn]!]!);
      break;
    }
    states[turn] = base[state]! + bitsAt(bytes, bit, bits[state]!);
  }
  if (weights.length > 255) throw new Damage("a Huffman tree has too many weights");
  return weights;
}

/** A weight w takes 2^(w-1) entries; the last symbol's follows from the others'. */
function huffmanTable(weights: number[]): HuffmanTable {
  let total = 0;
  for (const weight of weights) {
    if (weight > maxLog) throw new Damage("a Huffman tree is too deep");
    total += (1 << weight) >> 1;
  }
  const log = highestBit(total) + 1;
  const rest = (1 << log) - total;
  if (total === 0 || log > maxLog || (rest & (rest - 1)) !== 0) {
    throw new Damage("a Huffman tree's weights do not add up");
  }
  const all = [...weights, highestBit(rest) + 1];
  const longest = all.filter((weight) => weight === 1).length;
  if (longest < 2 || longest % 2 === 1) throw new Damage("a Huffman tree is not balanced");

  const entries = new Uint16Array(1 << log);
  let at = 0;
  for (let weight = 1; weight <= log; weight++) {
    for (let symbol = 0; symbol < all.length; symbol++) {
      if (all[symbol] !== weight) continue;
      const next = at + ((1 << weight) >> 1);
      entries.fill(((log + 1 - weight) << 8) | symbol, at, next);
      at = next;
    }
  }
  return { log, entries };
}

/** Decodes `count` symbols, which have to use the stream up exactly. */
export function decodeHuffman(
  table: HuffmanTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
  count: number,
): void {
  const { log, entries } = table;
  const first = start * 8;
  let bit = backwardStart(bytes, start, end);
  const mask = (1 << log) - 1;
  for (let i = at; i < at + count; i++) {
    const from = bit - log;
    // The first bytes of a stream may be read into what lies before: it only fills the peek.
    const byte = from >> 3;
    const word = bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16);
    const entry = entries[(word >>> (from & 7)) & mask]!;
    into[i] = entry;
    bit -= entry >> 8;
    if (bit < first) throw new Damage("literals end early");
  }
  if (bit !== first) throw new Damage("literals have bits left over");
}
