import { paddedLength } from "../padded-length.ts";
import { chunksOf } from "./chunks.ts";
import { longestChunk } from "./extend.ts";
import { type Continuing, heldCache } from "./held-cache.ts";
import type { NextLogits, Row } from "./next-logits.ts";
import { placesFor } from "./places.ts";

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
    const places = await arranged(wanted);
    const logits = await extended(wanted, places);
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

  async function extended(
    wanted: readonly Wanted[],
    places: readonly number[],
  ): Promise<readonly Float32Array[]> {
    const { rows } = cache.room();
    const had = wanted.map(({ goesOn }) => goesOn?.ids ?? 0);
    const fresh = wanted.map(({ seen }, row) => seen.slice(had[row]));
    const chunks = chunksOf(fresh.map(({ length }) => length));
    for (const [i, { length, pieces }] of chunks.entries()) {
      const ids = new Int32Array(rows * length);
      const [before, counts] = [new Int32Array(rows), new Int32Array(rows)];
      for (const [row, [begin, end]] of pieces.entries()) {
        const place = places[row]!;
        ids.set(fresh[row]!.slice(begin, end), place * length);
        before[place] = had[row]! + begin;
        counts[place] = end - begin;
      }
      const logits = await cache.extend({ length, ids, before, counts });
      try {
        if (i < chunks.length - 1) continue;
        const numbers = (await logits.read()) as Float32Array;
        const vocab = numbers.length / rows;
        return places.map((place) => numbers.subarray(place * vocab, (place + 1) * vocab));
      } finally {
        logits.dispose();
      }
    }
    return [];
  }

  return {
    next,
    close: async () => {
      kept = [];
      cache.free();
    },
  };
}
