import { eachRun } from "../../backend/slices/copy.ts";
import type { HostArray } from "../../dtype.ts";
import { MtfError } from "../../errors.ts";
import type { Box } from "../../program/placement.ts";
import type { FileSource } from "../devices.ts";
import { messageOf } from "../failure.ts";
import type { Wanted } from "./array.ts";
import { cutting } from "./cut.ts";
import { type OpenFile, openFile } from "./openFile.ts";
import { copyStored, type Kept, type Stored, storedAlike, storedBytes } from "./stored.ts";
import { stretchesOf } from "./stretches.ts";

/** A device's part of a tensor in a file, which it reads itself. */
export interface FilePart {
  readonly source: FileSource;
  /** The whole tensor and the part of it that is wanted. */
  readonly to: Wanted;
  readonly box: Box;
}

/** As much is read at once where not all of it goes straight to its place: it stays in the cache. */
const pieceBytes = 1 << 20;

/** Gaps up to this long are read and thrown away: cheaper than another read, of a disk above all. */
const gapBytes = 32 << 10;

/** Runs from this long on are read straight to their place: a call costs less than to copy them. */
const directBytes = 4 << 10;

/**
 * Reads a box of a tensor: the byte ranges that hold it, and little else. What is stored as it is kept
 * comes from the file straight to its place.
 *
 * @param into gives the array that takes the numbers: another one, maybe, when others had a turn
 * @param kept what the numbers are in it
 * @throws MtfError `wrong-input` if the file cannot be read, is too short, or is another by now
 */
export async function readFilePart(
  { source, to, box }: FilePart,
  into: () => HostArray,
  kept: Kept,
): Promise<void> {
  const stored: Stored = source.stored ?? to.dtype;
  const width = storedBytes[stored];
  const copy = cutting(
    to.dims.map((d) => d.size),
    box,
  );
  const file = await opened(source, to);
  try {
    const stretches = stretchesOf(copy, {
      longest: pieceBytes / width,
      gap: gapBytes / width,
      direct: file.atOnce && storedAlike(stored, kept) ? directBytes / width : undefined,
    });
    let spare = new ArrayBuffer(0);
    for (const { begin, end, to: place } of stretches) {
      const target = place === undefined ? undefined : bytesOf(into(), place, end - begin);
      const size = (end - begin) * width;
      if (!target && spare.byteLength < size) spare = new ArrayBuffer(size);
      const bytes = target ?? new Uint8Array(spare, 0, size);
      const position = source.offset + begin * width;
      if ((await file.read(bytes, position)) < bytes.length) {
        const wanted = `bytes ${position} to ${position + bytes.length} are wanted`;
        throw unreadable(source, to, `it has ${file.size} bytes, and ${wanted}`);
      }
      if (target) continue;
      const copyRun = copyStored(bytes, stored, into(), kept);
      eachRun(copy, begin, end, (from, at, length) => copyRun(from - begin, at, length));
    }
  } finally {
    await file.close();
  }
}

function bytesOf(array: HostArray, begin: number, length: number): Uint8Array {
  const width = array.BYTES_PER_ELEMENT;
  return new Uint8Array(array.buffer, array.byteOffset + begin * width, length * width);
}

async function opened(source: FileSource, to: Wanted): Promise<OpenFile> {
  let file: OpenFile;
  try {
    file = await openFile(source.file);
  } catch (error) {
    throw unreadable(source, to, messageOf(error));
  }
  if (source.stamp === undefined || source.stamp === file.stamp) return file;
  await file.close();
  throw unreadable(source, to, "it is another by now, or was written to");
}

function unreadable({ file }: FileSource, { path }: Wanted, cause: string): MtfError {
  return new MtfError("wrong-input", `${file} cannot be read as an input.`, {
    evidence: [
      ["cause", cause],
      ["input", `'${path}'`],
    ],
    file,
    path,
  });
}
