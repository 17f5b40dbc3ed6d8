import { existsSync } from "node:fs";
import { type ByteSource, openBytes } from "mtf/files";
import { badData } from "../bad-data.ts";
import type { IndexedNumbers, IndexedType } from "./dtypes.ts";
import { type IndexHeader, readIndexHeader } from "./header.ts";
import { window } from "./window.ts";

/** A pair of files, `.bin` with ids and `.idx` with where they are. */
export interface IndexedData {
  readonly type: IndexedType;
  readonly sequences: number;
  /** Where the index tells of none, each sequence is one. */
  readonly documents: number;
  /** The sequences `first` … `next` − 1 of a document. */
  document(index: number): Promise<readonly [first: number, next: number]>;
  /** Where a sequence is among the ids' bytes, and how many ids it has. */
  place(sequence: number): Promise<{ readonly offset: number; readonly count: number }>;
  /**
   * A sequence's numbers, from the one at `begin` on, `count` at most. They hold until the next are
   * asked for.
   */
  read(sequence: number, begin?: number, count?: number): Promise<IndexedNumbers>;
  close(): Promise<void>;
}

/** Entries of a table read at once: enough that reading one after the other is fast. */
const block = 4096;

/** Bytes of ids read at once, for the same reason. */
const idBytes = 1 << 18;

/** The names of a pair, given either of them or what they have in common. */
export function pairOf(path: string): { readonly bin: string; readonly idx: string } {
  const prefix = path.replace(/\.(bin|idx)$/i, "");
  return { bin: `${prefix}.bin`, idx: `${prefix}.idx` };
}

/**
 * Opens Megatron's and NeoX's indexed data without reading them: neither file has to fit in memory.
 *
 * @throws MtfError `bad-file` if the pair is not there, or its tables do not agree with its sizes
 * @example
 * const data = await openIndexed("pile_text_document.bin");
 * const ids = await data.read(0);
 */
export async function openIndexed(path: string): Promise<IndexedData> {
  const names = pairOf(path);
  if (existsSync(names.bin) && !existsSync(names.idx)) {
    throw badData({ file: names.bin, offset: 0 }, `there is no ${names.idx} beside it`, [
      '`inputFormat: "uint16"`, if it is ids of 16 bits alone, as nanoGPT has them',
    ]);
  }
  const idx = await openBytes(names.idx);
  let bin: ByteSource | undefined;
  try {
    const header = await readIndexHeader(idx);
    bin = await openBytes(names.bin);
    const data = indexedData(idx, bin, header);
    // A pair whose files are not of each other is noticed before its first id is used.
    if (header.sequences > 0) await data.place(header.sequences - 1);
    return data;
  } catch (error) {
    await idx.close();
    await bin?.close();
    throw error;
  }
}

function indexedData(idx: ByteSource, bin: ByteSource, header: IndexHeader): IndexedData {
  const { type, sequences, borders } = header;
  const sizes = table(idx, header.sizesAt, sequences, 4);
  const pointers = table(idx, header.pointersAt, sequences, 8);
  const edges = table(idx, header.bordersAt, borders, 8);
  const ids = window(bin, type.bytes, idBytes);

  const place = async (sequence: number): Promise<{ offset: number; count: number }> => {
    const count = await sizes(sequence);
    const offset = await pointers(sequence);
    if (count < 0) {
      const at = header.sizesAt + 4 * sequence;
      throw badData({ file: idx.name, offset: at }, `sequence ${sequence} has the size ${count}`);
    }
    if (offset < 0 || offset + count * type.bytes > bin.size) {
      const at = header.pointersAt + 8 * sequence;
      const reason = `sequence ${sequence} ends after the ${bin.size} bytes of ${bin.name}`;
      throw badData({ file: idx.name, offset: at }, reason);
    }
    return { offset, count };
  };

  // NeoX's merging tool joins sequences and forgets documents: it writes their beginning alone.
  const eachIsOne = borders === 1 && sequences > 0;
  return {
    type,
    sequences,
    documents: eachIsOne ? sequences : Math.max(0, borders - 1),
    place,
    async document(index) {
      if (eachIsOne) return [index, index + 1];
      const first = await edges(index);
      const next = await edges(index + 1);
      if (first < 0 || next < first || next > sequences) {
        const reason = `document ${index} has the sequences ${first} to ${next} of ${sequences}`;
        throw badData({ file: idx.name, offset: header.bordersAt + 8 * index }, reason);
      }
      return [first, next];
    },
    async read(sequence, begin = 0, most = Number.POSITIVE_INFINITY) {
      const { offset, count } = await place(sequence);
      const from = Math.min(begin, count);
      const size = Math.min(most, count - from);
      return type.numbers(await ids(offset + from * type.bytes, size * type.bytes));
    },
    async close() {
      await idx.close();
      await bin.close();
    },
  };
}

/** A table of whole numbers, a block of it in memory. */
function table(
  source: ByteSource,
  start: number,
  length: number,
  width: 4 | 8,
): (index: number) => Promise<number> {
  let first = 0;
  let view = new DataView(new ArrayBuffer(0));
  return async (index) => {
    const at = (index - first) * width;
    if (index >= first && at < view.byteLength) return entry(view, at, width);
    const bytes = new Uint8Array(Math.min(block, length - index) * width);
    await source.read(start + index * width, bytes);
    first = index;
    view = new DataView(bytes.buffer);
    return entry(view, 0, width);
  };
}

function entry(view: DataView, at: number, width: 4 | 8): number {
  return width === 4 ? view.getInt32(at, true) : Number(view.getBigInt64(at, true));
}
