import { readFile } from "node:fs/promises";
import { writeAtomically } from "mtf/files";
import type { Chunk } from "../data/index.ts";

/** The ids of a chunk of text. */
export interface ChunkIds {
  readonly ids: Uint16Array<ArrayBuffer> | Int32Array<ArrayBuffer>;
  /** Whether a document begins with the first id. */
  readonly begins: boolean;
}

/** What a file of ids begins with: this, whether a document begins, bytes of an id, and how many. */
const magic = 0x43_4e_47_01;

/**
 * Writes the ids of a chunk, whole or not at all.
 *
 * @throws MtfError `bad-file` if the disk is full or fails
 */
export async function writeChunk(path: string, { ids, begins }: ChunkIds): Promise<void> {
  const head = Uint32Array.of(magic, begins ? 1 : 0, ids.BYTES_PER_ELEMENT, ids.length);
  await writeAtomically(path, async (file) => {
    await file.write(new Uint8Array(head.buffer));
    await file.write(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength));
  });
}

/** The ids of a chunk that were written; undefined where they are not, or not whole: they can be made again. */
export async function readChunk(path: string): Promise<ChunkIds | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes || bytes.length < 16) return undefined;
  const [found, begins, width, count] = new Uint32Array(
    bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 16),
  );
  if (found !== magic || bytes.length !== 16 + width! * count!) return undefined;
  const own = bytes.buffer.slice(
    bytes.byteOffset + 16,
    bytes.byteOffset + bytes.length,
  ) as ArrayBuffer;
  return { ids: width === 2 ? new Uint16Array(own) : new Int32Array(own), begins: begins === 1 };
}

/**
 * A chunk that samples are cut from. Its first id is predicted from an end of text if a document begins
 * there, and else by none: what comes before it is in another chunk.
 */
export function chunkOf({ ids, begins }: ChunkIds, endOfText: number): Chunk {
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
        const first = from + done - before;
        into.set(ids.subarray(first, first + into.length - done), done);
      },
      close: () => undefined,
    },
  };
}
