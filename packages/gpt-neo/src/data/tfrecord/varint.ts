/** A reader's place in a message. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;
}

/** A message that is none. The reader of the file adds where. */
export class BadMessage extends Error {}

/**
 * A whole number of protocol buffers: seven bits a byte, the lowest first. Numbers from 2^53 on,
 * among them the negative ones, are only told apart as "too large".
 */
export function readVarint(cursor: Cursor): number {
  let value = 0;
  let factor = 1;
  for (let i = 0; i < 10; i++) {
    if (cursor.at >= cursor.end) throw new BadMessage("a number ends early");
    const byte = cursor.bytes[cursor.at++]!;
    value += (byte & 127) * factor;
    if (byte < 128) return value;
    factor *= 128;
  }
  throw new BadMessage("a number is longer than ten bytes");
}

/** Bytes that a whole number takes. */
export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** Writes a whole number, and says where it ends. */
export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = value;
  let next = at;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[next++] = (rest % 128) + 128;
  bytes[next++] = rest;
  return next;
}
