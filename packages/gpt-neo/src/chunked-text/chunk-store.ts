import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "mtf";
import { markCacheFolder } from "../cache-mark.ts";
import { acquireLock, type Lock } from "../lock/index.ts";
import { makeFolder, namesIn } from "../make-folder.ts";
import { type ChunkIds, readChunk, writeChunk } from "./chunk-ids.ts";

/** A folder that keeps the ids of chunks, a file each. Any number of processes may use it. */
export interface ChunkStore {
  readonly folder: string;
  /** How many are there, as far as this process knows. */
  readonly count: number;
  has(chunk: number): boolean;
  pathOf(chunk: number): string;
  read(chunk: number): Promise<ChunkIds | undefined>;
  write(chunk: number, ids: ChunkIds): Promise<void>;
  /** Makes this the process that fills it; the number of another one that does. */
  claim(): { readonly holder: unknown } | undefined;
  close(): void;
}

/** Files in a folder: so many are found fast. */
const perFolder = 256;

/**
 * Opens what a cache keeps of a text.
 *
 * @param key of the text, and of all that decides what its ids are
 * @throws MtfError `bad-file` if the cache is of a later version, or cannot be made
 */
export async function openChunkStore(cache: string, key: string): Promise<ChunkStore> {
  await markCacheFolder(cache);
  const folder = join(cache, key);
  const there = await chunksIn(folder);
  const groupOf = (chunk: number): string => join(folder, `${Math.floor(chunk / perFolder)}`);
  const pathOf = (chunk: number): string => join(groupOf(chunk), `${chunk}.ids`);
  let lock: Lock | undefined;
  return {
    folder,
    get count() {
      return there.size;
    },
    has: (chunk) => there.has(chunk),
    pathOf,
    async read(chunk) {
      const found = await readChunk(pathOf(chunk));
      if (found) there.add(chunk);
      else there.delete(chunk);
      return found;
    },
    async write(chunk, ids) {
      await makeFolder(groupOf(chunk));
      await writeChunk(pathOf(chunk), ids);
      there.add(chunk);
    },
    claim() {
      if (lock) return undefined;
      try {
        lock = acquireLock(join(folder, ".lock"), folder);
        return undefined;
      } catch (error) {
        if (error instanceof MtfError && "pid" in error.details)
          return { holder: error.details.pid };
        throw error;
      }
    },
    close: () => lock?.release(),
  };
}

async function chunksIn(folder: string): Promise<Set<number>> {
  await makeFolder(folder);
  const found = new Set<number>();
  for (const group of await readdir(folder, { withFileTypes: true })) {
    if (!group.isDirectory()) continue;
    for (const name of await namesIn(join(folder, group.name))) {
      const match = /^(\d+)\.ids$/.exec(name);
      if (match) found.add(Number(match[1]));
    }
  }
  return found;
}
