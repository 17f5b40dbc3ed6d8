import type { FileHandle } from "node:fs/promises";
import { badData } from "../data/bad-data.ts";
import { longestPiece } from "../data/piece.ts";
import { bordersIn } from "../tokenizer/split.ts";

/** A file that is cut, and how large it was when the cuts were chosen. */
export interface CutFile {
  readonly file: string;
  readonly format: "txt" | "jsonl";
  readonly size: number;
}

/** A text without white space in so many bytes is cut between two characters. */
const longestWord = 1 << 16;

/** Bytes of a character at most. */
const character = 4;

/** Where lines are looked for, at a time. */
const blockBytes = 1 << 18;

/**
 * Puts a cut on a border: the first one from a byte on. In JSON lines that is where a line begins; in
 * text a white space behind something else, where no word goes across, or else between two characters.
 * A cut that is further on never has a border that is further back.
 *
 * @param handle the file, which is open
 * @throws MtfError `bad-file` for a line over 256 MiB
 */
export function borderFrom(handle: FileHandle, cut: CutFile, at: number): Promise<number> {
  if (at <= 0 || at >= cut.size) return Promise.resolve(Math.max(0, Math.min(at, cut.size)));
  return cut.format === "jsonl" ? lineFrom(handle, cut, at) : wordFrom(handle, cut, at);
}

async function lineFrom(handle: FileHandle, { file, size }: CutFile, at: number): Promise<number> {
  // The line that begins at the place itself has its line feed before it.
  for (let begin = at - 1; begin < size; begin += blockBytes) {
    const bytes = await readRange(handle, file, begin, Math.min(size, begin + blockBytes));
    const found = bytes.indexOf(10);
    if (found >= 0) return begin + found + 1;
    if (begin - at > longestPiece) {
      throw badData({ file, offset: at }, "a line is longer than 256 MiB");
    }
  }
  return size;
}

async function wordFrom(handle: FileHandle, { file, size }: CutFile, at: number): Promise<number> {
  const from = Math.max(0, at - character);
  const bytes = await readRange(handle, file, from, Math.min(size, at + longestWord));
  const first = characterFrom(bytes, 0);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const text = decoder.decode(bytes.subarray(first));
  for (const border of bordersIn(text)) {
    const place = from + first + Buffer.byteLength(text.slice(0, border));
    // What is no UTF-8 is longer as text; whoever encodes it says so.
    if (place >= at) return Math.min(place, size);
  }
  // The end of a file is a border, too.
  if (size - at <= longestWord) return size;
  return from + characterFrom(bytes, at - from);
}

/** The first byte from a place on that a character begins with. */
function characterFrom(bytes: Uint8Array, at: number): number {
  let first = at;
  while (first < bytes.length && first < at + character && (bytes[first]! & 0xc0) === 0x80) first++;
  return first;
}

/**
 * Bytes of an open file.
 *
 * @throws MtfError `bad-file` where it has become shorter
 */
export async function readRange(
  handle: FileHandle,
  file: string,
  begin: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(end - begin);
  for (let done = 0; done < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, done, bytes.length - done, begin + done);
    if (bytesRead === 0) throw badData({ file, offset: begin + done }, "it has become shorter");
    done += bytesRead;
  }
  return bytes;
}
