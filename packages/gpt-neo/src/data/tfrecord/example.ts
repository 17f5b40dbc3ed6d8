import { BadMessage, type Cursor, readVarint, varintSize, writeVarint } from "./varint.ts";

/** The numbers of integer features, by their names. */
export type Features = ReadonlyMap<string, readonly number[]>;

/** What a `tf.train.Example` holds. */
export interface Example {
  readonly integers: Features;
  /** The names of features of other types. */
  readonly others: ReadonlySet<string>;
}

type Field =
  | { readonly number: number; readonly kind: "integer"; readonly value: number }
  | { readonly number: number; readonly kind: "bytes"; readonly body: Cursor }
  | { readonly number: number; readonly kind: "other" };

/**
 * Reads a `tf.train.Example`. Lists of integers may be packed or not; fields that are not known are
 * passed over.
 *
 * @throws BadMessage for bytes that are no such message
 * @example
 * readExample(exampleOf("text", [1, 2])).integers.get("text"); // [1, 2]
 */
export function readExample(data: Uint8Array): Example {
  const integers = new Map<string, number[]>();
  const others = new Set<string>();
  for (const list of messages({ bytes: data, at: 0, end: data.length }, 1)) {
    for (const entry of messages(list, 1)) {
      let name = "";
      let values: number[] | undefined;
      for (const field of fieldsOf(entry)) {
        if (field.kind !== "bytes") continue;
        if (field.number === 1) name = textOf(field.body);
        if (field.number !== 2) continue;
        for (const list of messages(field.body, 3)) {
          values ??= [];
          readIntegers(list, values);
        }
      }
      if (values) integers.set(name, values);
      else others.add(name);
    }
  }
  return { integers, others };
}

function* messages(cursor: Cursor, number: number): Generator<Cursor> {
  for (const field of fieldsOf(cursor)) {
    if (field.number === number && field.kind === "bytes") yield field.body;
  }
}

function readIntegers(list: Cursor, into: number[]): void {
  for (const field of fieldsOf(list)) {
    if (field.number !== 1) continue;
    if (field.kind === "integer") into.push(field.value);
    else if (field.kind === "bytes") {
      while (field.body.at < field.body.end) into.push(readVarint(field.body));
    }
  }
}

function* fieldsOf(cursor: Cursor): Generator<Field> {
  const skip = (count: number): Cursor => {
    const body = { bytes: cursor.bytes, at: cursor.at, end: cursor.at + count };
    if (body.end > cursor.end) throw new BadMessage("a field ends early");
    cursor.at = body.end;
    return body;
  };
  while (cursor.at < cursor.end) {
    const tag = readVarint(cursor);
    const number = Math.floor(tag / 8);
    if (number === 0) throw new BadMessage("a field has the number 0");
    const wire = tag % 8;
    if (wire === 0) yield { number, kind: "integer", value: readVarint(cursor) };
    else if (wire === 2) yield { number, kind: "bytes", body: skip(readVarint(cursor)) };
    else if (wire === 1 || wire === 5) {
      skip(wire === 1 ? 8 : 4);
      yield { number, kind: "other" };
    } else throw new BadMessage(`a field is of the unknown type ${wire}`);
  }
}

function textOf({ bytes, at, end }: Cursor): string {
  return new TextDecoder().decode(bytes.subarray(at, end));
}

/** An Example with one list of integers, as TensorFlow writes it: packed. */
export function exampleOf(name: string, values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const key = new TextEncoder().encode(name);
  let packed = 0;
  for (let i = 0; i < values.length; i++) packed += varintSize(values[i]!);
  const field = (size: number): number => 1 + varintSize(size) + size;
  const integers = values.length === 0 ? 0 : field(packed);
  const feature = field(integers);
  const entry = field(key.length) + field(feature);
  const bytes = new Uint8Array(field(field(entry)));

  let at = 0;
  const open = (tag: number, size: number): void => {
    bytes[at++] = tag;
    at = writeVarint(bytes, at, size);
  };
  open(0x0a, field(entry));
  open(0x0a, entry);
  open(0x0a, key.length);
  bytes.set(key, at);
  at += key.length;
  open(0x12, feature);
  open(0x1a, integers);
  if (values.length > 0) open(0x0a, packed);
  for (let i = 0; i < values.length; i++) at = writeVarint(bytes, at, values[i]!);
  return bytes;
}
