import type { FileHandle } from "node:fs/promises";
import type { HostArray } from "../../dtype.ts";
import { MtfError } from "../../errors.ts";
import type { Box } from "../../program/placement.ts";
import { eachRun } from "../collectives/copy.ts";
import type { FileSource } from "../devices.ts";
import type { Wanted } from "./array.ts";
import { cutting } from "./cut.ts";
import { neededFor, partAtRest } from "./resting.ts";
import { decode, type Stored, storedBytes } from "./stored.ts";

/** A device's part of a tensor in a file, which it reads itself. */
export interface FilePart {
  readonly source: FileSource;
  /** The whole tensor and the part of it that is wanted. */
  readonly to: Wanted;
  readonly box: Box;
}

/** The longest stretch that is read at once. */
const chunkBytes = 4 << 20;

/** Gaps up to this long are read and thrown away: cheaper than another read. */
const gapBytes = 64 << 10;

/**
 * Reads a part: the byte ranges that hold it, and little else.
 *
 * @throws MtfError `wrong-input` if the file cannot be read or is too short
 */
export async function readFilePart({ source, to, box }: FilePart): Promise<HostArray> {
  return partAtRest(await readBox(source, to, neededFor(box, to)), box, to);
}

async function readBox(source: FileSource, to: Wanted, box: Box): Promise<HostArray> {
  const { open, stat } = await import("node:fs/promises");
  const stored: Stored = source.stored ?? to.dtype;
  // Halves that will rest as they are stored stay bits.
  const kept = stored === to.rest ? stored : to.dtype;
  const width = storedBytes[stored];
  const copy = cutting(
    to.dims.map((d) => d.size),
    box,
  );
  const result = decode(new Uint8Array(copy.elements * width), stored, kept);
  const absent = (error: Error) => {
    throw unreadable(source, error.message);
  };
  // A pipe or a terminal may keep whoever opens it for good.
  const found = await stat(source.file).catch(absent);
  if (!found.isFile()) throw unreadable(source, "it is no regular file");
  const file = await open(source.file).catch(absent);
  try {
    for (const { begin, end } of stretchesOf(copy.fromEnd, chunkBytes / width, gapBytes / width)) {
      const bytes = await readBytes(file, source, begin * width, (end - begin) * width);
      const numbers = decode(bytes, stored, kept);
      eachRun(copy, begin, end, (from, to, length) => {
        result.set(numbers.subarray(from - begin, from - begin + length), to);
      });
    }
  } finally {
    await file.close();
  }
  return result;

  /** Ranges of elements that hold all runs of the copy, joined over small gaps. */
  function stretchesOf(end: number, longest: number, gap: number) {
    const stretches: { begin: number; end: number }[] = [];
    for (let at = 0; at < end; at += longest) {
      const first = stretches.length;
      eachRun(copy, at, Math.min(end, at + longest), (from, _, length) => {
        const last = stretches[stretches.length - 1];
        if (last && stretches.length > first && from - last.end <= gap) last.end = from + length;
        else stretches.push({ begin: from, end: from + length });
      });
    }
    return stretches;
  }
}

async function readBytes(
  file: FileHandle,
  source: FileSource,
  at: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const position = source.offset + at + done;
    const { bytesRead } = await file.read(bytes, done, length - done, position);
    if (bytesRead === 0) {
      const { size } = await file.stat();
      const wanted = `bytes ${source.offset + at} to ${source.offset + at + length} are wanted`;
      throw unreadable(source, `it has ${size} bytes, and ${wanted}`);
    }
    done += bytesRead;
  }
  return bytes;
}

function unreadable(source: FileSource, cause: string): MtfError {
  return new MtfError("wrong-input", `${source.file} cannot be read as an input.`, {
    evidence: [["cause", cause]],
    file: source.file,
  });
}
