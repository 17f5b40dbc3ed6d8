import {
  closeSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MtfError } from "mtf";
import { cannotWrite } from "mtf/files";
import { makeFolder } from "../make-folder.ts";
import type { TokenSource } from "./token-source.ts";

/** A sequence of ids that only grows: in memory while it is small, then in a temporary file. */
export interface TokenStore extends TokenSource {
  append(ids: Int32Array): void;
}

export interface StoreOptions {
  /**
   * The folder of the temporary file, made if need be; by default the system's. That one is memory
   * on many machines, so what is too large for memory belongs elsewhere: a run has its own folder.
   */
  readonly folder?: string | undefined;
  /** Ids kept in memory; by default 2^24. */
  readonly inMemory?: number | undefined;
  /** Ids are below it; up to 65,536 an id takes two bytes, else four. */
  readonly below?: number | undefined;
}

/** Ids that a store keeps in memory where nothing else is asked for. */
export const usuallyInMemory: number = 2 ** 24;

/** Arrays of the width that ids are kept in. */
type Kept = Uint16Array | Int32Array;
type Width = typeof Uint16Array | typeof Int32Array;

export function tokenStore(options: StoreOptions = {}): TokenStore {
  const { folder, inMemory = usuallyInMemory, below = Number.POSITIVE_INFINITY } = options;
  const width: Width = below <= 65536 ? Uint16Array : Int32Array;
  let memory: Kept = new width(1024);
  let length = 0;
  let file: TokenFile | undefined;
  return {
    get length() {
      return length;
    },
    append(ids) {
      if (!file && length + ids.length > inMemory) {
        file = tokenFile(folder ?? tmpdir(), width);
        file.append(memory.subarray(0, length));
        memory = new width(0);
      }
      if (file) file.append(ids);
      else {
        if (length + ids.length > memory.length) {
          const larger = new width(Math.max(2 * memory.length, length + ids.length));
          larger.set(memory.subarray(0, length));
          memory = larger;
        }
        memory.set(ids, length);
      }
      length += ids.length;
    },
    read(begin, into) {
      if (file) file.read(begin, into);
      else into.set(memory.subarray(begin, begin + into.length));
    },
    close: () => file?.close(),
  };
}

/** Ids that are gathered before they are written: documents may be short. */
const heldIds = 1 << 16;

interface TokenFile {
  append(ids: Kept): void;
  read(begin: number, into: Int32Array): void;
  close(): void;
}

function tokenFile(parent: string, width: Width): TokenFile {
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
