import type { Chunk } from "./chunks.ts";
import type { LateChunks } from "./late-chunks.ts";
import { permutation } from "./permutation.ts";
import type { TokenSource } from "./token-source.ts";

/** Ids that come one after the other while some of them are read already. */
export interface GrowingIds {
  /** As `TokenSource`, of what is there. */
  readonly source: TokenSource;
  /** How many there will be; infinitely many as long as that is not known. */
  count(): number;
  /**
   * Done when so many are there, or all.
   *
   * @throws MtfError where no more come
   */
  until(count: number): Promise<void>;
}

/** Ids that come one after the other, in chunks, of which some are held back. */
export interface GrowingChunks {
  readonly train: LateChunks;
  /** Those to validate with, when they are there. */
  held(): Promise<readonly Chunk[]>;
}

/**
 * So many chunks are held back at most, all of them from the beginning: the first validation waits for
 * the last of them.
 */
const mostHeld = 8;

/**
 * Cuts ids that are still coming. How many there are is known only at their end, so the first epoch takes
 * the chunks as they come, and the others all of them in orders of their own.
 *
 * @param size ids of a chunk
 * @param share of the first chunks that are held back; 0 for none
 */
export function growingChunks(ids: GrowingIds, size: number, share: number): GrowingChunks {
  const every = Math.max(2, Math.round(1 / share));
  const most = share > 0 ? mostHeld : 0;
  const heldBelow = (chunks: number): number => Math.min(most, Math.ceil(chunks / every));
  const chunksIn = (): number => Math.ceil(ids.count() / size);
  const trained = (): number => chunksIn() - heldBelow(chunksIn());
  /** The number of the nth chunk to train on: before each group of these, one is held back. */
  const numberOf = (nth: number): number => nth + Math.min(most, Math.floor(nth / (every - 1)) + 1);
  const chunk = async (number: number): Promise<Chunk | undefined> => {
    await ids.until((number + 1) * size);
    const begin = 1 + number * size;
    const end = Math.min(1 + ids.count(), begin + size);
    return begin < end ? { source: ids.source, begin, end } : undefined;
  };
  return {
    train: {
      count: trained,
      async at({ seed, epoch, place }) {
        if (epoch === 0) return chunk(numberOf(place));
        await ids.until(Number.POSITIVE_INFINITY);
        const count = trained();
        return place < count
          ? chunk(numberOf(permutation(count, [seed, epoch])(place)))
          : undefined;
      },
    },
    async held() {
      const found = await Promise.all(Array.from({ length: most }, (_, i) => chunk(i * every)));
      return found.filter((one) => one !== undefined);
    },
  };
}
