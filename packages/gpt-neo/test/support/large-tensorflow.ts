import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32c, masked } from "../../src/crc32c.ts";
import { originalName } from "../../src/weights/original-names.ts";
import {
  embd,
  largeTensors,
  last,
  type Stored,
  stored,
  vocab,
  writePieces,
} from "./large-tensors.ts";

/** A checkpoint of the original's, with its config; what its files have in common. */
export async function writeTensorflow(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const original = {
    ...{ n_embd: embd, n_head: 16, n_layer: 1, n_vocab: vocab, n_ctx: 64 },
    attention_types: [[["global"], 1]],
  };
  await writeFile(join(folder, "model.json"), JSON.stringify(original));
  const tensors = largeTensors.map(({ name, shape }) => {
    const there = originalName(name)!;
    return stored(there.name, there.transposed ? [...shape].reverse() : shape);
  });
  const prefix = join(folder, "model.ckpt-0");
  await writePieces(`${prefix}.data-00000-of-00001`, tensors);
  await writeFile(`${prefix}.index`, bundleIndex(tensors));
  return prefix;
}

/** The index of a TensorFlow checkpoint: a table with one block. */
function bundleIndex(tensors: readonly Stored[]): Uint8Array {
  let at = 0;
  const entries = tensors.map(({ name, shape, bytes }) => {
    const offset = at;
    at += bytes;
    const dims = shape.map((size) => field(2, varintField(1, size)));
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(masked(crc32c(last, crcOfZeros(bytes - 4))));
    const value = [
      ...[varintField(1, 1), field(2, Buffer.concat(dims))],
      ...[varintField(4, offset), varintField(5, bytes), Buffer.from([0x35]), sum],
    ];
    return [name, Buffer.concat(value)] as const;
  });
  const sorted = [
    ["", varintField(1, 1)] as const,
    ...entries.sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
  const data = tableBlock(sorted);
  const handle = (offset: number, block: Uint8Array): Buffer =>
    Buffer.concat([varint(offset), varint(block.length - 5)]);
  const empty = tableBlock([]);
  const index = tableBlock([[sorted.at(-1)![0], handle(0, data)]]);
  const handles = [handle(data.length, empty), handle(data.length + empty.length, index)];
  const footer = Buffer.alloc(48);
  Buffer.concat(handles).copy(footer);
  footer.writeBigUInt64LE(0xdb4775248b80fb57n, 40);
  return Buffer.concat([data, empty, index, footer]);
}

/** Entries, the list of places to begin at, and behind them no compression and a checksum. */
function tableBlock(entries: readonly (readonly [key: string, value: Buffer])[]): Buffer {
  const parts = entries.flatMap(([key, value]) => [
    ...[varint(0), varint(key.length), varint(value.length), Buffer.from(key), value],
  ]);
  const restarts = Buffer.from(new Uint32Array([0, 1]).buffer);
  const block = Buffer.concat([...parts, restarts, Buffer.alloc(1)]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(masked(crc32c(block)));
  return Buffer.concat([block, sum]);
}

const zeros = new Uint8Array(1 << 20);

function crcOfZeros(bytes: number): number {
  let crc = 0;
  for (let left = bytes; left > 0; left -= zeros.length) {
    crc = crc32c(left < zeros.length ? zeros.subarray(0, left) : zeros, crc);
  }
  return crc;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

function varintField(number: number, value: number): Buffer {
  return Buffer.concat([Buffer.from([8 * number]), varint(value)]);
}

function field(number: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([8 * number + 2]), varint(body.length), body]);
}
