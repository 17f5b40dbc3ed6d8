import { Damage } from "./damage.ts";
import { decodeHuffman, type HuffmanTable, readHuffmanTable } from "./huffman.ts";

export interface Literals {
  readonly size: number;
  /** Where the block's sequences start. */
  readonly end: number;
  /** What a later block of the frame may use again. */
  readonly table: HuffmanTable | undefined;
}

/** Decodes a block's literals into `into`, which is large enough for any block's. */
export function readLiterals(
  bytes: Uint8Array,
  start: number,
  end: number,
  previous: HuffmanTable | undefined,
  into: Uint8Array,
  maxSize: number,
): Literals {
  const kind = bytes[start]! & 3;
  const format = (bytes[start]! >> 2) & 3;
  if (kind < 2) {
    const headerSize = format === 1 ? 2 : format === 3 ? 3 : 1;
    const size = uint(bytes, start, headerSize) >> (headerSize === 1 ? 3 : 4);
    const from = start + headerSize;
    const after = from + (kind === 0 ? size : 1);
    if (size > maxSize || after > end) throw new Damage("literals are larger than their block");
    if (kind === 0) into.set(bytes.subarray(from, after));
    else into.fill(bytes[from]!, 0, size);
    return { size, end: after, table: previous };
  }

  const headerSize = [3, 3, 4, 5][format]!;
  const width = [10, 10, 14, 18][format]!;
  const header = uint(bytes, start, headerSize);
  const size = Math.floor(header / 16) % 2 ** width;
  const packed = Math.floor(header / 2 ** (4 + width));
  let at = start + headerSize;
  const after = at + packed;
  if (size > maxSize || after > end) throw new Damage("literals are larger than their block");
  let table = previous;
  if (kind === 2) ({ table, end: at } = readHuffmanTable(bytes, at, after));
  if (table === undefined) throw new Damage("literals refer to a Huffman tree that is not there");
  if (format === 0) decodeHuffman(table, bytes, at, after, into, 0, size);
  else decodeFourStreams(table, bytes, at, after, into, size);
  return { size, end: after, table };
}

function decodeFourStreams(
  table: HuffmanTable,
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  size: number,
): void {
  if (end - start < 10 || size < 6) throw new Damage("four streams of literals have no room");
  const each = (size + 3) >> 2;
  let at = start + 6;
  for (let i = 0; i < 4; i++) {
    const next = i === 3 ? end : at + uint(bytes, start + 2 * i, 2);
    const count = i === 3 ? size - 3 * each : each;
    if (next > end || count < 0) throw new Damage("a stream of literals is larger than its block");
    decodeHuffman(table, bytes, at, next, into, i * each, count);
    at = next;
  }
}

function uint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!;
  return value;
}
