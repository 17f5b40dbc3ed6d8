import { closeSync, openSync, readSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { writeAtomically } from "mtf/files";
import { crc32c } from "../crc32c.ts";
import { badData } from "../data/bad-data.ts";
import type { Chunk } from "../data/index.ts";

/** The ids of a chunk of text. */
export interface ChunkIds {
  readonly ids: Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** Whether a document begins with the first id. */
  readonly begins: boolean;
}

const headBytes = 20;

/**
 * What a file of ids begins with: this, whether a document begins, bytes of an id, how many, and their
 * checksum. Ids that a disk has changed would be text that nobody has written.
 */
const magic = 0x43_4e_47_02;

/**
 * Writes the ids of a chunk, whole or not at all.
 *
 * @throws MtfError `bad-file` if the disk is full or fails
 */
export async function writeChunk(path: string, { ids, begins }: ChunkIds): Promise<void> {
  const body = new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
  const { BYTES_PER_ELEMENT: width, length } = ids;
  const head = Uint32Array.of(magic, begins ? 1 : 0, width, length, crc32c(body));
  await writeAtomically(path, async (file) => {
    await file.write(new Uint8Array(head.buffer));
    await file.write(body);
  });
}

/** The ids of a chunk that were written; undefined where they are not, or not whole: they can be made again. */
export async function readChunk(path: string): Promise<ChunkIds | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes || bytes.length < headBytes) return undefined;
  const [found, begins, width, count, checksum] = new Uint32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + headBytes),
  );
  if (found !== magic || bytes.length !== headBytes + width! * count!) return undefined;
  if (crc32c(bytes.subarray(headBytes)) !== checksum) return undefined;
  const own = bytes.buffer.slice(
    bytes.byteOffset + headBytes,
    bytes.byteOffset + bytes.length,
  ) as ArrayBuffer;
  return { ids: width === 2 ? new Uint16Array(own) : new Int32Array(own), begins: begins === 1 };
}

/** Ids that are read at random. */
type ReadIds = (first: number, into: Int32Array) => void;

/** Ids where they are in memory. */
export function inMemory({ ids }: ChunkIds): ReadIds {
  return (first, into) => into.set(ids.subarray(first, first + into.length));
}

/**
 * Ids where they lie in the file that they were written to, so that none of them is held.
 *
 * @throws MtfError `bad-file`, when they are read, if somebody has removed it
 */
export function inFile(path: string, { ids }: ChunkIds): ReadIds {
  const width = ids instanceof Uint16Array ? Uint16Array : Int32Array;
  return (first, into) => {
    const found = new width(into.length);
    const bytes = new Uint8Array(found.buffer);
    try {
      const file = openSync(path, "r");
      try {
        const count = readSync(
          file,
          bytes,
          0,
          bytes.length,
          headBytes + first * found.BYTES_PER_ELEMENT,
        );
        if (count < bytes.length) throw new Error("it has become shorter");
      } finally {
        closeSync(file);
      }
    } catch (error) {
      throw badData({ file: path, offset: 0 }, (error as Error).message);
    }
    into.set(found);
  };
}

/**
 * A chunk that samples are cut from. Its first id is predicted from an end of text if a document begins
 * there, and else by none: what comes before it is in another chunk.
 */
export function chunkOf({ ids, begins }: ChunkIds, read: ReadIds, endOfText: number): Chunk {
  const before = begins ? 1 : 0;
  const length = ids.length + before;
  return {
    begin: 1,
    end: Math.max(1, length),
    source: {
      length,
      read(from, into) {
        let done = 0;
        if (begins && from === 0 && into.length > 0) into[done++] = endOfText;
        if (done < into.length) read(from + done - before, into.subarray(done));
      },
      close: () => undefined,
    },
  };
}
