import { tmpdir } from "node:os";
import { type Kept, type TokenFile, tokenFile, usuallyInMemory, type Width } from "./token-file.ts";
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
