import { open } from "node:fs/promises";
import type { FileForWriting } from "../safetensors/atomic.ts";
import { crc32 } from "./crc32.ts";
import { blockBytes, type FileSums } from "./format.ts";

/** Opens a file to be written from its beginning, and knows what has been written. */
export interface Summing {
  readonly open: (path: string) => Promise<FileForWriting>;
  sums(): FileSums;
}

/** Begins the checksums of one file: those of its blocks, since devices read no more than their slices. */
export function summing(): Summing {
  const blocks: number[] = [];
  let bytes = 0;
  const add = (written: Uint8Array): void => {
    for (let done = 0; done < written.length; ) {
      const block = Math.floor(bytes / blockBytes);
      const piece = written.subarray(done, done + blockBytes - (bytes % blockBytes));
      blocks[block] = crc32(piece, blocks[block]);
      done += piece.length;
      bytes += piece.length;
    }
  };
  return {
    async open(path) {
      const file = await open(path, "wx");
      return {
        async write(data) {
          const { bytesWritten } = await file.write(data);
          add(data.subarray(0, bytesWritten));
          return { bytesWritten };
        },
        sync: () => file.sync(),
        close: () => file.close(),
      };
    },
    sums: () => ({ bytes, crc32: blocks.map(inHex).join("") }),
  };
}

export function inHex(sum: number): string {
  return sum.toString(16).padStart(8, "0");
}
