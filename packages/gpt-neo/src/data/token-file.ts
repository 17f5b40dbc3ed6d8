import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { MtfError } from "mtf";
import { cannotWrite } from "mtf/files";
import { makeFolder } from "../make-folder.ts";

/** Ids that a store keeps in memory where nothing else is asked for. */
export const usuallyInMemory: number = 2 ** 24;

/** Arrays of the width that ids are kept in. */
export type Kept = Uint16Array | Int32Array;
export type Width = typeof Uint16Array | typeof Int32Array;

/** Ids that are gathered before they are written: documents may be short. */
const heldIds = 1 << 16;

/** Ids in a temporary file. */
export interface TokenFile {
  append(ids: Kept): void;
  read(begin: number, into: Int32Array): void;
  close(): void;
}

export function tokenFile(parent: string, width: Width): TokenFile {
  makeFolder(parent);
  const folder = mkdtempSync(join(parent, "gpt-neo-tokens-"));
  const path = join(folder, "tokens");
  const file = openSync(path, "wx+");
  const clean = (): void => rmSync(folder, { recursive: true, force: true });
  // A process that ends by itself leaves nothing; where open files can be removed, none ever does.
  process.once("exit", clean);
  if (process.platform !== "win32") clean();
  let end = 0;
  const buffer: Kept = new width(heldIds);
  let held = 0;
  const write = (kept: Kept): void => {
    const bytes = new Uint8Array(kept.buffer, kept.byteOffset, kept.byteLength);
    try {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, bytes.length - done, end + done);
      }
    } catch (error) {
      ftruncateSync(file, end);
      throw cannotWrite(path, error);
    }
    end += bytes.length;
  };
  const flush = (): void => {
    if (held === 0) return;
    write(buffer.subarray(0, held));
    held = 0;
  };
  return {
    append(ids) {
      if (held + ids.length > heldIds) flush();
      if (ids.length > heldIds) return write(ids instanceof width ? ids : new width(ids));
      buffer.set(ids, held);
      held += ids.length;
    },
    read(begin, into) {
      flush();
      const kept = new width(into.length);
      const bytes = new Uint8Array(kept.buffer);
      const offset = begin * width.BYTES_PER_ELEMENT;
      for (let done = 0; done < bytes.length; ) {
        const count = readSync(file, bytes, done, bytes.length - done, offset + done);
        if (count === 0) throw new MtfError("bad-file", `${path} ends early.`, { file: path });
        done += count;
      }
      into.set(kept);
    },
    close() {
      closeSync(file);
      process.removeListener("exit", clean);
      clean();
    },
  };
}
