/** Why and where (in bytes) a message is damaged. */
export class WireError extends Error {
  readonly at: number;

  constructor(reason: string, at: number) {
    super(reason);
    this.at = at;
  }
}

/** A field of a protocol-buffer message. */
export type Field =
  | { readonly number: number; readonly kind: "integer"; readonly value: number }
  | { readonly number: number; readonly kind: "bytes"; readonly value: Uint8Array };

/** A place in bytes from which variable-length integers are read. */
export interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/**
 * The next variable-length integer.
 *
 * @throws WireError if it has no end, or is beyond 2^53
 */
export function varint(cursor: Cursor): number {
  const begin = cursor.at;
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = cursor.bytes[cursor.at++];
    if (byte === undefined) throw new WireError("an integer has no end", begin);
    value += (byte & 0x7f) * scale;
    if (!Number.isSafeInteger(value)) throw new WireError("an integer is beyond 2^53", begin);
    if (byte < 0x80) return value;
    // Zeros could go on for ever.
    if (cursor.at - begin >= 10) throw new WireError("an integer is too long", begin);
  }
}

/**
 * The next bytes, with their length before them or given.
 *
 * @throws WireError if there are fewer
 */
export function take(cursor: Cursor, size: number = varint(cursor)): Uint8Array {
  const begin = cursor.at;
  if (size > cursor.bytes.length - begin) throw new WireError("it ends within a value", begin);
  cursor.at += size;
  return cursor.bytes.subarray(begin, begin + size);
}

/**
 * The fields of a message, in the order they are written.
 *
 * @throws WireError if they are not those of a message
 */
export function* fields(bytes: Uint8Array): Generator<Field> {
  const cursor: Cursor = { bytes, at: 0 };
  while (cursor.at < bytes.length) {
    const begin = cursor.at;
    const tag = varint(cursor);
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, kind: "integer", value: varint(cursor) };
        break;
      case 1:
        yield { number, kind: "bytes", value: take(cursor, 8) };
        break;
      case 2:
        yield { number, kind: "bytes", value: take(cursor) };
        break;
      case 5: {
        const word = take(cursor, 4);
        const value = new DataView(word.buffer, word.byteOffset, 4).getUint32(0, true);
        yield { number, kind: "integer", value };
        break;
      }
      default:
        throw new WireError(`a field has no type ${tag % 8}`, begin);
    }
  }
}
