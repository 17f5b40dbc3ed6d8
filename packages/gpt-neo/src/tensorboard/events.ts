import { recordOf } from "../data/tfrecord/index.ts";
import { varintSize, writeVarint } from "../data/tfrecord/varint.ts";

/** A named number of a step. */
export type Scalar = readonly [tag: string, value: number];

const utf8 = new TextEncoder();

/**
 * The record that a file of events begins with.
 *
 * @param time seconds since 1970
 */
export function versionRecord(time: number, writer: string): Uint8Array<ArrayBuffer> {
  const source = field(10, field(1, utf8.encode(writer)));
  return event(time, 0, join([field(3, utf8.encode("brain.Event:2")), source]));
}

/**
 * The record that says that steps from this one on are made anew: what readers have of them from
 * files before is void.
 */
export function restartRecord(time: number, step: number): Uint8Array<ArrayBuffer> {
  const start = Uint8Array.of(0x08, 1);
  return event(time, step, field(7, start));
}

/**
 * A record of a step's numbers, as TensorBoard reads it.
 *
 * @param time seconds since 1970
 * @example
 * scalarsRecord(1600000000.25, 0, [["loss", 7.25]]).length; // 40
 */
export function scalarsRecord(
  time: number,
  step: number,
  scalars: readonly Scalar[],
): Uint8Array<ArrayBuffer> {
  const values = scalars.map(([tag, value]) => {
    const number = new Uint8Array(5);
    number[0] = 0x15;
    new DataView(number.buffer).setFloat32(1, value, true);
    return field(1, join([field(1, utf8.encode(tag)), number]));
  });
  return event(time, step, field(5, join(values)));
}

/** An Event of protocol buffers as a record: zero is not written. */
function event(time: number, step: number, what: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(9 + (step === 0 ? 0 : 1 + varintSize(step)));
  head[0] = 0x09;
  new DataView(head.buffer).setFloat64(1, time, true);
  if (step !== 0) {
    head[9] = 0x10;
    writeVarint(head, 10, step);
  }
  return recordOf(join([head, what]));
}

/** A field of bytes: its number, its length, the bytes. */
function field(number: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(1 + varintSize(body.length) + body.length);
  bytes[0] = number * 8 + 2;
  bytes.set(body, writeVarint(bytes, 1, body.length));
  return bytes;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
