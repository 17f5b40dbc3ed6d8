import {
  type ByteSource,
  badFile,
  findTensor,
  openBytes,
  readStrided,
  type StridedTensor,
  storedBits,
} from "mtf/files";
import { crc32c, masked } from "../../crc32c.ts";
import type { WeightSource, WeightTensor } from "../source.ts";
import { unreadable } from "../unreadable.ts";
import { type BundleEntry, type BundleHeader, readEntry, readHeader } from "./entry.ts";
import { readTable, type TableEntry } from "./table.ts";
import { WireError } from "./wire.ts";

interface Stored extends WeightTensor, StridedTensor {
  readonly shard: ByteSource;
  readonly size: number;
  readonly checksum: number;
}

/** How files are opened; tests give bytes in memory. */
export type OpenFile = (file: string) => Promise<ByteSource>;

/** A checksum is computed over as much at a time. */
const pieceBytes = 4 << 20;

/**
 * Opens a checkpoint that TensorFlow's saver wrote (`x.index`, `x.data-00000-of-00001` …). The
 * checksum of a tensor is verified when it is first read.
 *
 * @param prefix the files' common path, without `.index`
 * @throws MtfError `bad-file` naming file, byte and reason
 * @example
 * const weights = await openBundle("model.ckpt-362000");
 */
export async function openBundle(
  prefix: string,
  openFile: OpenFile = openBytes,
): Promise<WeightSource> {
  const file = `${prefix}.index`;
  const index = await openFile(file);
  const shards = new Map<number, ByteSource>();
  const close = async (): Promise<void> => {
    for (const bytes of [index, ...shards.values()]) await bytes.close();
  };
  try {
    const { header, entries, skipped } = await readEntries(index);
    const tensors = new Map<string, Stored>();
    for (const [name, { entry, at }] of entries) {
      const { dtype, shape } = entry;
      if (dtype === undefined) continue;
      if (entry.shard >= header.shards) {
        throw badFile(file, at, `'${name}' is in part ${entry.shard} of ${header.shards}`);
      }
      let shard = shards.get(entry.shard);
      if (!shard) {
        shard = await openFile(shardName(prefix, entry.shard, header.shards));
        shards.set(entry.shard, shard);
      }
      checkPlace(file, at, name, entry, shard);
      const { offset, size, checksum } = entry;
      const place = { offset, size, checksum, shard };
      tensors.set(name, { name, dtype, shape, file: shard.name, ...place });
    }
    const verified = new Map<string, Promise<void>>();
    return {
      format: "tensorflow",
      file,
      metadata: undefined,
      skipped,
      tensors,
      async read(name, options) {
        const tensor = findTensor(tensors, name, file);
        const check = verified.get(name) ?? verify(tensor);
        verified.set(name, check);
        await check;
        return readStrided(tensor.shard, tensor, options);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Placed {
  readonly entry: BundleEntry;
  readonly at: number;
}

async function readEntries(index: ByteSource): Promise<{
  readonly header: BundleHeader;
  readonly entries: ReadonlyMap<string, Placed>;
  readonly skipped: [string, string][];
}> {
  let header: BundleHeader | undefined;
  const entries = new Map<string, Placed>();
  const skipped: [string, string][] = [];
  for await (const found of readTable(index)) {
    if (header === undefined) {
      header = parse(index.name, found, readHeader);
      checkHeader(index.name, found, header);
      continue;
    }
    const entry = parse(index.name, found, readEntry);
    const name = Buffer.from(found.key, "latin1").toString("utf8");
    if (entry.sliced) {
      const reason = `'${name}' is stored in slices, which only partitioned variables are`;
      throw unreadable(index.name, found.at, reason);
    }
    if (entry.dtype === undefined) skipped.push([name, "it holds no numbers"]);
    else entries.set(name, { entry, at: found.at });
  }
  if (header === undefined) throw badFile(index.name, 0, "it has no entries");
  return { header, entries, skipped };
}

function checkHeader(file: string, { key, at }: TableEntry, header: BundleHeader): void {
  if (key !== "") throw badFile(file, at, "its first entry is not the bundle's header");
  if (header.bigEndian) throw unreadable(file, at, "its byte order is big-endian");
  // Names of parts have five digits.
  if (header.shards < 1 || header.shards > 99_999) {
    throw badFile(file, at, `it has ${header.shards} parts`);
  }
}

function parse<T>(file: string, { value, at }: TableEntry, read: (bytes: Uint8Array) => T): T {
  try {
    return read(value);
  } catch (error) {
    if (error instanceof WireError) throw badFile(file, at + error.at, error.message);
    throw error;
  }
}

/** Before anything is read or allocated: the data are the shape's, and in the file. */
function checkPlace(
  file: string,
  at: number,
  name: string,
  { dtype, shape, offset, size }: BundleEntry,
  shard: ByteSource,
): void {
  const wanted = shape.reduce((product, n) => product * n, storedBits[dtype!] / 8);
  if (wanted !== size) {
    const told = `${dtype} [${shape.join(", ")}], ${wanted} bytes, but has ${size}`;
    throw badFile(file, at, `'${name}' is ${told}`);
  }
  if (offset + size > shard.size) {
    const told = `ends at byte ${offset + size} of ${shard.name}, which has ${shard.size}`;
    throw badFile(file, at, `'${name}' ${told}`);
  }
}

function shardName(prefix: string, shard: number, count: number): string {
  const digits = (n: number): string => String(n).padStart(5, "0");
  return `${prefix}.data-${digits(shard)}-of-${digits(count)}`;
}

async function verify({ name, shard, offset, size, checksum }: Stored): Promise<void> {
  const piece = new Uint8Array(Math.min(size, pieceBytes));
  let crc = 0;
  for (let done = 0; done < size; done += pieceBytes) {
    const part = piece.subarray(0, Math.min(pieceBytes, size - done));
    await shard.read(offset + done, part);
    crc = crc32c(part, crc);
  }
  if (masked(crc) !== checksum) {
    throw badFile(shard.name, offset, `'${name}' has not the checksum it was written with`);
  }
}
