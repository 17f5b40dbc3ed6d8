import { closeSync, ftruncateSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { cannotWrite } from "mtf/files";
import type { LogRecord } from "./log.ts";

export interface Log {
  /** Writes one line, at once. */
  append(record: LogRecord): void;
  /** Resolves, where it is awaited, when all is written. */
  close(): void | Promise<void>;
}

/**
 * Opens a log of JSON lines to append to. A last line that a crash left unfinished is cut off.
 *
 * @throws MtfError `bad-file` if it cannot be written
 * @example
 * const log = openLog("run/log.jsonl");
 * log.append({ step: 1, loss: 5.4 });
 */
export function openLog(path: string): Log {
  const file = guarded(path, () => openSync(path, "a+"));
  guarded(path, () => {
    const end = lastLineEnd(file, statSync(path).size);
    ftruncateSync(file, end);
  });
  return {
    append(record) {
      guarded(path, () => writeSync(file, `${JSON.stringify(record)}\n`));
    },
    close: () => closeSync(file),
  };
}

/** Where the last line feed ends, looking back in pieces. */
function lastLineEnd(file: number, size: number): number {
  const piece = Buffer.alloc(4096);
  for (let end = size; end > 0; ) {
    const begin = Math.max(0, end - piece.length);
    const count = readSync(file, piece, 0, end - begin, begin);
    const at = piece.subarray(0, count).lastIndexOf(10);
    if (at >= 0) return begin + at + 1;
    end = begin;
  }
  return 0;
}

function guarded<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}
