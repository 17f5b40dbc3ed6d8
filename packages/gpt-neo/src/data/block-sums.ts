import { readSync } from "node:fs";
import { crc32c } from "../crc32c.ts";
import { badData } from "./bad-data.ts";

/** A file's checksums are those of pieces, so that what is read at random can be compared. */
export const blockBytes: number = 1 << 18;

/** Checksums of blocks, as bytes come. */
export interface BlockSums {
  add(bytes: Uint8Array): void;
  /** Those of all blocks, the last of which may be shorter. */
  sums(): readonly number[];
}

/**
 * Begins to add up, or goes on.
 *
 * @param size of what is behind it
 * @param before the checksums of it
 */
export function blockSums(size: number, before: readonly number[]): BlockSums {
  const all = [...before];
  let at = size;
  return {
    add(bytes) {
      for (let done = 0; done < bytes.length; ) {
        const block = Math.floor(at / blockBytes);
        const piece = bytes.subarray(done, done + blockBytes - (at % blockBytes));
        all[block] = crc32c(piece, all[block] ?? 0);
        at += piece.length;
        done += piece.length;
      }
    },
    sums: () => all,
  };
}

/**
 * Compares an open file with its checksums where it is read: each block once.
 *
 * @returns what is called with a range before it is read; it throws MtfError `bad-file` for bytes that are
 * not as they were written
 */
export function blockCheck(
  file: string,
  descriptor: number,
  sums: Uint32Array,
): (offset: number, bytes: number) => void {
  const good = new Uint8Array(sums.length);
  return (offset, bytes) => {
    for (let i = Math.floor(offset / blockBytes); i * blockBytes < offset + bytes; i++) {
      if (good[i]) continue;
      const block = new Uint8Array(blockBytes);
      let count = 0;
      for (let more = 1; more > 0 && count < blockBytes; count += more) {
        more = readSync(descriptor, block, count, blockBytes - count, i * blockBytes + count);
      }
      if (crc32c(block.subarray(0, count)) !== sums[i]) throw changedOnDisk(file, i * blockBytes);
      good[i] = 1;
    }
  };
}

/** The error of a file that is not as it was written. */
export function changedOnDisk(file: string, offset: number): Error {
  return badData({ file, offset }, "it is not as it was written", [
    "removing its folder: what a cache holds is made again",
  ]);
}
