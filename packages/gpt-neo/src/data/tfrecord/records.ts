import { crc32c, masked } from "../../crc32c.ts";
import { badData } from "../bad-data.ts";
import { pull } from "../bytes/pull.ts";

export interface TfRecord {
  /** They hold until the next record is asked for. */
  readonly data: Uint8Array;
  /** The record's place among the bytes. */
  readonly offset: number;
}

/**
 * The records of a TFRecord stream: a length, its checksum, the data, their checksum.
 *
 * @throws MtfError `bad-file` where a checksum is wrong or a record ends early
 * @example
 * for await (const { data } of readRecords(file, bytesOf(file))) examples.push(readExample(data));
 */
export async function* readRecords(
  file: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<TfRecord> {
  const bytes = pull(chunks);
  try {
    for (;;) {
      const offset = bytes.offset;
      const bad = (reason: string, at = offset): Error => badData({ file, offset: at }, reason);
      const head = await bytes.take(12);
      if (head.length === 0) return;
      if (head.length < 12) throw bad("a record's length ends early", offset + head.length);
      const view = new DataView(head.buffer, head.byteOffset, 12);
      if (view.getUint32(8, true) !== masked(crc32c(head.subarray(0, 8)))) {
        const place = offset === 0 ? "the first record's" : "a record's";
        throw bad(`the checksum of ${place} length is wrong`, offset + 8);
      }
      const size = Number(view.getBigUint64(0, true));
      // A checksum is no proof: what a length may ask for is bounded by what a buffer can hold.
      if (size > 2 ** 31) throw bad(`a record of ${size} bytes is too long`);
      const body = await bytes.take(size + 4);
      if (body.length < size + 4) {
        throw bad("a record ends early", offset + 12 + body.length);
      }
      const data = body.subarray(0, size);
      const sum = new DataView(body.buffer, body.byteOffset + size, 4).getUint32(0, true);
      if (sum !== masked(crc32c(data))) {
        throw bad("the checksum of a record's data is wrong", offset + 12 + size);
      }
      yield { data, offset };
    }
  } finally {
    await bytes.close();
  }
}

/** A record as a TFRecord file holds it. */
export function recordOf(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, masked(crc32c(record.subarray(0, 8))), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, masked(crc32c(data)), true);
  return record;
}
