import { paddedLength } from "../padded-length.ts";
import { type OneMore, stepsAhead } from "./ahead.ts";
import { type Chunk, chunksOf } from "./chunks.ts";
import { glanceOf, type Told } from "./few/look.ts";
import { type Continuing, heldCache } from "./held-cache.ts";
import { beginInCommon } from "./in-common.ts";
import type { NextLogits, TailedRow } from "./next-logits.ts";
import { placesFor } from "./places.ts";
import { longestChunk, promptLength } from "./prompt-length.ts";
import { type GrowingRow, tokensOf } from "./tokens.ts";

/** A row as it is in the cache. */
interface Kept {
  readonly place: number;
  /** Its ids that are there, from the first on; none where it begins with another. */
  readonly ids: readonly number[];
  /** How many ids were ever there: those behind its own are of rows that it went on from, or of a step ahead. */
  readonly reach: number;
}

/** A row as it is to be. */
interface Wanted {
  /** The ids that the model sees. */
  readonly seen: readonly number[];
  readonly tail: number;
  /** The row in the cache that begins as it does, and how many ids of that are computed already. */
  readonly goesOn?: { readonly from: Kept; readonly had: number };
}

/** A row that gets ids, and is told what follows the last of them. */
interface ToldRow extends GrowingRow {
  readonly tail: number;
}

/**
 * What follows rows of ids, computed of what is new in each: keys and values of what was before are
 * kept on the devices, in a cache that grows with the rows. A row of more ids than the model sees at
 * once is computed anew each time, since all its ids have moved.
 */
export function cachedLogits(model: Continuing): NextLogits<TailedRow> {
  const cache = heldCache(model);
  const steps = stepsAhead(cache, model.decoding.beside);
  let kept: readonly Kept[] = [];

  /** @param ask what follows rows that get ids, in their order */
  async function told<T>(
    rows: readonly TailedRow[],
    ask: (growing: readonly ToldRow[]) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const wanted = rows.map((row) => wantedOf(row));
    // What fails leaves nothing to go on from.
    kept = [];
    const places = await arranged(wanted);
    const logits = await ask(
      wanted.map(({ seen, tail, goesOn: { had } = { had: 0 } }, row) => {
        return { place: places[row]!, had, fresh: seen.slice(had), tail };
      }),
    );
    const further = steps.underWay() ? 1 : 0;
    kept = rows.map(({ ids }, row) => {
      const { goesOn } = wanted[row]!;
      const whole = ids.length <= model.context;
      const reach = Math.max(ids.length + further, goesOn?.from.reach ?? 0);
      return { place: places[row]!, ids: whole ? ids : [], reach };
    });
    return logits;
  }

  function wantedOf({ ids, continues, tail = 1 }: TailedRow): Wanted {
    const anew = { seen: ids.slice(-model.context), tail };
    const from = continues === undefined ? undefined : kept[continues];
    if (!from || ids.length > model.context) return anew;
    const had = Math.min(beginInCommon(from.ids, ids), ids.length - tail);
    // A ring keeps a chunk beyond its window: what was written behind that has replaced what is seen.
    return had > 0 && from.reach - had <= longestChunk ? { ...anew, goesOn: { from, had } } : anew;
  }

  /** Gets the cache ready, and tells the place of each row. */
  async function arranged(wanted: readonly Wanted[]): Promise<readonly number[]> {
    const room = cache.room();
    const memory = memoryFor(Math.max(...wanted.map(({ seen }) => seen.length)), room.memory);
    const before = wanted.map(({ goesOn }) => goesOn?.from.place);
    const { size, of, from } = placesFor(before, room.rows);
    if (!from && memory === room.memory) return of;
    const same = Array.from({ length: size }, (_, place) => place);
    const anew = before.every((place) => place === undefined);
    await steps.stop();
    await cache.arrange({ rows: size, memory }, anew ? undefined : (from ?? same));
    return of;
  }

  /** What is too short gets room for a while, in a size that programs are made for. */
  function memoryFor(longest: number, now: number): number {
    return longest <= now ? now : paddedLength(longest + longestChunk, model.context);
  }

  async function extended(rows: readonly ToldRow[]): Promise<readonly Float32Array[]> {
    await steps.stop();
    const told = rows.map((): Float32Array[] => []);
    for (const chunk of chunksOf(sizesOf(rows), promptOf(rows))) {
      for (const [row, numbers] of (await extendedBy(chunk, rows)).entries()) {
        if (numbers.length > 0) told[row]!.push(numbers);
      }
    }
    return told.map(joined);
  }

  /** How many tokens rows begin with at once, if they do: it tells what follows the last of them alone. */
  function promptOf(rows: readonly ToldRow[]): number | undefined {
    if (rows.some(({ had, tail }) => had > 0 || tail > 1)) return undefined;
    const { rows: places, memory } = cache.room();
    return promptLength(places, Math.max(...sizesOf(rows)), memory);
  }

  /** Adds a chunk, and gives of each row what follows the ids in it that are of the tail. */
  async function extendedBy(
    chunk: Chunk,
    rows: readonly ToldRow[],
  ): Promise<readonly Float32Array[]> {
    const places = cache.room().rows;
    const tails = rows.map(({ fresh, tail }, row) => {
      const [begin, end] = chunk.pieces[row]!;
      return Math.max(0, end - Math.max(begin, fresh.length - tail));
    });
    const each = Math.max(...tails) > 1;
    const tokens = tokensOf(chunk, rows, places);
    const add = each ? cache.extendByEach : chunk.begins ? cache.prompt : cache.extend;
    const logits = await add(tokens);
    try {
      if (Math.max(...tails) === 0) return rows.map(() => new Float32Array(0));
      const numbers = (await logits.read()) as Float32Array;
      const across = each ? chunk.length : 1;
      const vocab = numbers.length / (places * across);
      return rows.map(({ place }, row) => {
        const end = place * across + (each ? tokens.counts[place]! : 1);
        return numbers.subarray((end - tails[row]!) * vocab, end * vocab);
      });
    } finally {
      logits.dispose();
    }
  }

  /** What is enough of what follows rows, where each gets one id. */
  async function glanced(
    asked: readonly TailedRow[],
    rows: readonly ToldRow[],
  ): Promise<readonly Told[]> {
    const glance = glanceOf(asked.map(({ look }) => look));
    if (!glance || rows.some(({ fresh }) => fresh.length > 1)) return extended(rows);
    const more = rows.map(({ place, had, fresh }, row): OneMore => {
      const { look, nextLook } = asked[row]!;
      return { place, had, id: fresh[0]!, look: look!, nextLook };
    });
    return steps.glance(more, glance);
  }

  return {
    next: (rows) => told(rows, extended),
    glance: (rows) => told(rows, (growing) => glanced(rows, growing)),
    close: async () => {
      kept = [];
      // Nobody asked for it: what it failed of, devices tell whoever asks them for something.
      await steps.stop().catch(() => {});
      cache.free();
    },
  };
}

const sizesOf = (rows: readonly ToldRow[]) => rows.map(({ fresh }) => fresh.length);

function joined(parts: readonly Float32Array[]): Float32Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
