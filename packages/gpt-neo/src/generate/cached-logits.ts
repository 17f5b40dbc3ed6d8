import { paddedLength } from "../padded-length.ts";
import { chunksOf } from "./chunks.ts";
import { longestChunk } from "./extend.ts";
import { type Continuing, heldCache } from "./held-cache.ts";
import type { NextLogits, Row } from "./next-logits.ts";
import { placesFor } from "./places.ts";
import { type GrowingRow, tokensOf } from "./tokens.ts";

/** A row as it is in the cache. */
interface Kept {
  readonly place: number;
  /** How many of its ids are there, from the first on; none where it begins with another. */
  readonly ids: number;
}

/** A row as it is to be. */
interface Wanted {
  /** The ids that the model sees. */
  readonly seen: readonly number[];
  /** The row in the cache that has the first of them. */
  readonly goesOn?: Kept;
}

/**
 * What follows rows of ids, computed of what is new in each: keys and values of what was before are
 * kept on the devices, in a cache that grows with the rows. A row of more ids than the model sees at
 * once is computed anew each time, since all its ids have moved.
 */
export function cachedLogits(model: Continuing): NextLogits {
  const cache = heldCache(model);
  let kept: readonly Kept[] = [];

  async function next(rows: readonly Row[]): Promise<readonly Float32Array[]> {
    const wanted = rows.map((row) => wantedOf(row));
    // What fails leaves nothing to go on from.
    kept = [];
    const places = await arranged(wanted);
    const logits = await extended(
      wanted.map(({ seen, goesOn }, row) => {
        const had = goesOn?.ids ?? 0;
        return { place: places[row]!, had, fresh: seen.slice(had) };
      }),
    );
    kept = rows.map(({ ids }, row) => {
      const whole = ids.length <= model.context;
      return { place: places[row]!, ids: whole ? ids.length : 0 };
    });
    return logits;
  }

  function wantedOf({ ids, continues }: Row): Wanted {
    const seen = ids.slice(-model.context);
    const earlier = continues === undefined ? undefined : kept[continues];
    const goesOn = earlier && earlier.ids > 0 && ids.length <= model.context;
    return { seen, ...(goesOn && { goesOn: earlier }) };
  }

  /** Gets the cache ready, and tells the place of each row. */
  async function arranged(wanted: readonly Wanted[]): Promise<readonly number[]> {
    const room = cache.room();
    const memory = memoryFor(Math.max(...wanted.map(({ seen }) => seen.length)), room.memory);
    const before = wanted.map(({ goesOn }) => goesOn?.place);
    const { size, of, from } = placesFor(before, room.rows);
    if (!from && memory === room.memory) return of;
    const same = Array.from({ length: size }, (_, place) => place);
    const anew = before.every((place) => place === undefined);
    await cache.arrange({ rows: size, memory }, anew ? undefined : (from ?? same));
    return of;
  }

  /** What is too short gets room for a while, in a size that programs are made for. */
  function memoryFor(longest: number, now: number): number {
    return longest <= now ? now : paddedLength(longest + longestChunk, model.context);
  }

  async function extended(rows: readonly GrowingRow[]): Promise<readonly Float32Array[]> {
    const places = cache.room().rows;
    const chunks = chunksOf(rows.map(({ fresh }) => fresh.length));
    for (const chunk of chunks.slice(0, -1)) {
      (await cache.extend(tokensOf(chunk, rows, places))).dispose();
    }
    const logits = await cache.extend(tokensOf(chunks.at(-1)!, rows, places));
    try {
      const numbers = (await logits.read()) as Float32Array;
      const vocab = numbers.length / places;
      return rows.map(({ place }) => numbers.subarray(place * vocab, (place + 1) * vocab));
    } finally {
      logits.dispose();
    }
  }

  return {
    next,
    close: async () => {
      kept = [];
      cache.free();
    },
  };
}
