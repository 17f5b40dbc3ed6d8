import { type ByteSource, badFile } from "mtf/files";
import { crc32c, masked } from "../../crc32c.ts";
import { unreadable } from "../unreadable.ts";
import { type Cursor, take, varint, WireError } from "./wire.ts";

/** The last 8 bytes of a table. */
export const tableMagic = 0xdb4775248b80fb57n;

/** Two handles, padding and the magic number. */
const footerBytes = 48;

/** Behind each block: its compression and its checksum. */
const trailerBytes = 5;

/** Names repeat the beginning of the one before at no cost, so they may unfold to more bytes than
 * the file has; those of a hundred thousand variables are shorter than this. */
const mostNameBytes = 16 << 20;

/** An entry of a table. Keys are bytes, as text. */
export interface TableEntry {
  readonly key: string;
  readonly value: Uint8Array;
  /** Where the value is in the file. */
  readonly at: number;
}

interface Block {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * Reads all entries of a sorted string table, as LevelDB and TensorFlow's checkpoints have it,
 * verifying the checksum of every block.
 *
 * @throws MtfError `bad-file` naming file, byte and reason
 */
export async function* readTable(file: ByteSource): AsyncGenerator<TableEntry> {
  let end = 0;
  let names = 0;
  let last: string | undefined;
  const index = await readBlock(file, await readFooter(file), 0);
  for (const { value, at } of entriesOf(index, file.name)) {
    const handle = within(file.name, at, () => readHandle({ bytes: value, at: 0 }));
    const block = await readBlock(file, handle, end);
    end = handle.offset + handle.size;
    for (const entry of entriesOf(block, file.name)) {
      if (last !== undefined && entry.key <= last) {
        throw badFile(
          file.name,
          entry.at,
          `its entry ${JSON.stringify(entry.key)} is out of order`,
        );
      }
      last = entry.key;
      names += entry.key.length;
      if (names > mostNameBytes) throw badFile(file.name, entry.at, "its names are too long");
      yield entry;
    }
  }
}

interface Handle {
  readonly offset: number;
  readonly size: number;
}

function readHandle(cursor: Cursor): Handle {
  return { offset: varint(cursor), size: varint(cursor) };
}

async function readFooter(file: ByteSource): Promise<Handle> {
  const at = file.size - footerBytes;
  if (at < 0) throw badFile(file.name, 0, `${file.size} bytes are too few for a table`);
  const footer = new Uint8Array(footerBytes);
  await file.read(at, footer);
  if (new DataView(footer.buffer).getBigUint64(footerBytes - 8, true) !== tableMagic) {
    throw badFile(file.name, file.size - 8, "its last 8 bytes are not a table's");
  }
  return within(file.name, at, () => {
    const cursor: Cursor = { bytes: footer, at: 0 };
    readHandle(cursor);
    return readHandle(cursor);
  });
}

/** Blocks follow each other; one that went back could be read for ever. */
async function readBlock(file: ByteSource, handle: Handle, from: number): Promise<Block> {
  const { offset, size } = handle;
  if (offset < from || offset + size + trailerBytes > file.size - footerBytes) {
    throw badFile(file.name, offset, `a block of ${size} bytes is not where it can be`);
  }
  const bytes = new Uint8Array(size + trailerBytes);
  await file.read(offset, bytes);
  const trailer = new DataView(bytes.buffer, size);
  const stored = trailer.getUint32(1, true);
  const found = masked(crc32c(bytes.subarray(0, size + 1)));
  if (stored !== found) {
    throw badFile(file.name, offset, `a block has checksum ${hex(found)}, not ${hex(stored)}`);
  }
  const compression = trailer.getUint8(0);
  if (compression !== 0) {
    const name = compression === 1 ? "Snappy" : `type ${compression}`;
    throw unreadable(file.name, offset, `a block is compressed (${name}); TensorFlow writes none`);
  }
  return { offset, bytes: bytes.subarray(0, size) };
}

/** Each entry is written as its difference from the one before. */
function* entriesOf({ bytes, offset }: Block, file: string): Generator<TableEntry> {
  const restarts = bytes.length >= 4 ? restartCount(bytes) : -1;
  const end = bytes.length - 4 - 4 * restarts;
  if (restarts < 0 || end < 0) throw badFile(file, offset, "a block has no list of restarts");
  const cursor: Cursor = { bytes: bytes.subarray(0, end), at: 0 };
  let key = "";
  while (cursor.at < end) {
    const entry = within(file, offset, () => {
      const begin = cursor.at;
      const [shared, added, size] = [varint(cursor), varint(cursor), varint(cursor)];
      if (shared > key.length) throw new WireError("a key repeats more than there is", begin);
      key = key.slice(0, shared) + latin1(take(cursor, added));
      const at = offset + cursor.at;
      return { key, value: take(cursor, size), at };
    });
    yield entry;
  }
}

function restartCount(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - 4, true);
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function hex(n: number): string {
  return `0x${n.toString(16).padStart(8, "0")}`;
}

function within<T>(file: string, offset: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof WireError) throw badFile(file, offset + error.at, error.message);
    throw error;
  }
}
