import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import type { MaybePromise } from "../../backend/backend.ts";
import { fileStamp } from "../../fileStamp.ts";

/** A file that devices read at any place. */
export interface OpenFile {
  readonly size: number;
  readonly stamp: string;
  /** Whether `read` is done when it returns: then `into` may be memory that moves in somebody else's turn. */
  readonly atOnce: boolean;
  /** Fills as much of `into` as the file has from a place on, and tells how many bytes. */
  read(into: Uint8Array, position: number): MaybePromise<number>;
  close(): MaybePromise<void>;
}

/** More at once would not fit into what the system counts bytes by. */
const mostBytes = 1 << 30;

/**
 * Opens a file for the thread that computes with it, which waits for the disk: what is behind has to
 * wait for its numbers anyway, and so they come straight to where they are to be.
 *
 * @throws Error if it cannot be opened, or is no regular file
 */
export function openFile(path: string): MaybePromise<OpenFile> {
  // A pipe or a terminal may keep whoever opens it for good.
  if (!statSync(path).isFile()) throw new Error("it is no regular file");
  const file = openSync(path, "r");
  const stats = fstatSync(file);
  return {
    size: stats.size,
    stamp: fileStamp(stats),
    atOnce: true,
    read(into, position) {
      let done = 0;
      while (done < into.length) {
        const length = Math.min(mostBytes, into.length - done);
        const count = readSync(file, into, done, length, position + done);
        if (count === 0) break;
        done += count;
      }
      return done;
    },
    close: () => closeSync(file),
  };
}
