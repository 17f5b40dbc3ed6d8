import { type ByteSource, badFile } from "mtf/files";
import { unreadable } from "../unreadable.ts";

/** A file in a zip, as the list at the zip's end has it. */
export interface ZipEntry {
  readonly name: string;
  readonly size: number;
  /** Where its own header is; `dataOf` finds its bytes behind that. */
  readonly header: number;
  readonly flags: number;
  readonly method: number;
}

export interface Zip {
  readonly bytes: ByteSource;
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Where the list of entries begins, and all their bytes end. */
  readonly end: number;
}

/** The last record, and before it the place of a 64-bit one. */
const usualTail = 22 + 20;

/** The same with the longest comment. */
const longestTail = usualTail + 0xffff;

const signature = { end: 0x06054b50, locator: 0x07064b50, end64: 0x06064b50 } as const;

/**
 * Reads the list of a zip's entries; data are read when they are asked for.
 *
 * @throws MtfError `bad-file` naming file, byte and reason
 */
export async function readZip(bytes: ByteSource): Promise<Zip> {
  const { begin, size, count } = await findDirectory(bytes);
  const directory = await viewOf(bytes, begin, size);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  while (at < size) {
    const { entry, next } = readEntry(directory, at, begin, bytes.name);
    if (entries.has(entry.name)) {
      throw badFile(bytes.name, begin + at, `its list has ${JSON.stringify(entry.name)} twice`);
    }
    entries.set(entry.name, entry);
    at = next;
  }
  if (entries.size !== count) {
    throw badFile(bytes.name, begin, `its list has ${entries.size} entries, not ${count}`);
  }
  return { bytes, entries, end: begin };
}

/**
 * Where an entry's bytes begin.
 *
 * @throws MtfError `bad-file` if they are compressed or encrypted, or not inside the file
 */
export async function dataOf({ bytes, end }: Zip, entry: ZipEntry): Promise<number> {
  const { name, header, size, flags, method } = entry;
  const file = bytes.name;
  const printed = JSON.stringify(name);
  if (flags & 1) throw unreadable(file, header, `entry ${printed} is encrypted`);
  if (method !== 0) {
    const reason = `entry ${printed} is compressed, which torch.save never does`;
    throw unreadable(file, header, reason, "torch.save(torch.load(file), file)");
  }
  if (header + 30 > end) throw badFile(file, header, `entry ${printed} is not inside the file`);
  const view = await viewOf(bytes, header, 30);
  if (view.getUint32(0, true) !== 0x04034b50) {
    throw badFile(file, header, `entry ${printed} does not begin here`);
  }
  const begin = header + 30 + view.getUint16(26, true) + view.getUint16(28, true);
  if (begin + size > end) {
    throw badFile(file, begin, `entry ${printed} of ${size} bytes goes past byte ${end}`);
  }
  return begin;
}

interface Directory {
  readonly begin: number;
  readonly size: number;
  readonly count: number;
}

/** The last record is at the very end, unless a comment follows it. */
async function findDirectory(bytes: ByteSource): Promise<Directory> {
  for (const tail of [usualTail, longestTail]) {
    const found = await findDirectoryIn(bytes, Math.min(bytes.size, tail));
    if (found) return found;
  }
  throw badFile(bytes.name, bytes.size, "it is cut off: the list of its parts is gone");
}

async function findDirectoryIn(bytes: ByteSource, tail: number): Promise<Directory | undefined> {
  const start = bytes.size - tail;
  const view = await viewOf(bytes, start, tail);
  let at = tail - 22;
  const isEnd = () =>
    view.getUint32(at, true) === signature.end && at + 22 + view.getUint16(at + 20, true) === tail;
  while (at >= 0 && !isEnd()) at--;
  if (at < 0) return undefined;
  let directory: Directory = {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    begin: view.getUint32(at + 16, true),
  };
  let limit = start + at;
  if (at >= 20 && view.getUint32(at - 20, true) === signature.locator) {
    limit = wide(view, at - 12, bytes.name, start);
    directory = await findDirectory64(bytes, limit, start + at - 20);
  }
  if (directory.begin + directory.size > limit) {
    throw badFile(bytes.name, limit, "the list of its parts does not end before its last record");
  }
  return directory;
}

async function findDirectory64(bytes: ByteSource, at: number, limit: number): Promise<Directory> {
  if (at + 56 > limit) throw badFile(bytes.name, at, "its 64-bit last record is not inside it");
  const view = await viewOf(bytes, at, 56);
  if (view.getUint32(0, true) !== signature.end64) {
    throw badFile(bytes.name, at, "its 64-bit last record does not begin here");
  }
  return {
    count: wide(view, 32, bytes.name, at),
    size: wide(view, 40, bytes.name, at),
    begin: wide(view, 48, bytes.name, at),
  };
}

function readEntry(
  view: DataView<ArrayBuffer>,
  at: number,
  start: number,
  file: string,
): { readonly entry: ZipEntry; readonly next: number } {
  const fail = (reason: string): Error => badFile(file, start + at, reason);
  if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) {
    throw fail("an entry of its list does not begin here");
  }
  const nameLength = view.getUint16(at + 28, true);
  const extraLength = view.getUint16(at + 30, true);
  const extra = at + 46 + nameLength;
  const next = extra + extraLength + view.getUint16(at + 32, true);
  if (next > view.byteLength) throw fail("an entry of its list goes past the list's end");
  const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + 46, nameLength));
  const [size, stored, header] = wideFields(
    view,
    [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)],
    extra,
    extra + extraLength,
    (offset) => wide(view, offset, file, start),
    fail,
  );
  const method = view.getUint16(at + 10, true);
  if (method === 0 && size !== stored) {
    throw fail(`entry ${JSON.stringify(name)} has two sizes, ${size} and ${stored}`);
  }
  return { entry: { name, size, header, flags: view.getUint16(at + 8, true), method }, next };
}

/** Sizes that do not fit 32 bits are in an extra field, in this order, those that do are not. */
function wideFields(
  view: DataView,
  narrow: readonly [number, number, number],
  begin: number,
  end: number,
  read: (at: number) => number,
  fail: (reason: string) => Error,
): [number, number, number] {
  const fields: [number, number, number] = [...narrow];
  if (!fields.includes(0xffffffff)) return fields;
  for (let at = begin; at + 4 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let from = at + 4;
    const stop = Math.min(end, from + view.getUint16(at + 2, true));
    for (const [i, field] of fields.entries()) {
      if (field !== 0xffffffff) continue;
      if (from + 8 > stop) throw fail("an entry of its list lacks a 64-bit size");
      fields[i] = read(from);
      from += 8;
    }
    return fields;
  }
  throw fail("an entry of its list lacks its 64-bit sizes");
}

function wide(view: DataView, at: number, file: string, start: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw badFile(file, start + at, `${value} is beyond any file`);
  }
  return Number(value);
}

async function viewOf(bytes: ByteSource, at: number, size: number): Promise<DataView<ArrayBuffer>> {
  const buffer = new Uint8Array(size);
  await bytes.read(at, buffer);
  return new DataView(buffer.buffer);
}
