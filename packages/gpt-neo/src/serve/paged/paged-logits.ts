import { defineDims } from "mtf";
import { drawsFor } from "../../generate/few/draws-for.ts";
import { glanceOf, type Told } from "../../generate/few/look.ts";
import { checkLogits } from "../../generate/finite-logits.ts";
import type { LoadedModel } from "../../loaded-model.ts";
import type { Continuations, OwnedRow } from "../continuations.ts";
import { blockSize } from "./block-size.ts";
import { type Blocks, type BlockUse, blocksOf } from "./blocks.ts";
import { pagedDecodingOf } from "./decoding.ts";
import { type Extension, extensionOf } from "./extension.ts";
import { heldPool } from "./held-pool.ts";
import { roomFor } from "./room.ts";
import { adopted, dropped, filled, forked, grown, newText, type Text } from "./text.ts";
import { type Chunk, turnOf } from "./turn.ts";

/** How a pool is used, and what has been done with it. */
export interface PoolUse extends BlockUse {
  /** Texts whose beginnings were there. */
  readonly hits: number;
  /** The tokens of these beginnings. */
  readonly found: number;
  /** Tokens that were computed. */
  readonly computed: number;
}

/** What follows rows whose keys and values are in blocks of one pool. */
export interface PagedLogits extends Continuations {
  use(): PoolUse;
  /** Frees the pool. */
  end(): void;
}

type Paging = Pick<LoadedModel, "config" | "context" | "parameters" | "program">;

/**
 * What follows rows of ids, computed of what is new in each. Each call gives the next tokens to rows that
 * lack one, and to few that lack more: for what is not known yet, ask again. What texts of one owner
 * have in common at their beginning is computed once.
 *
 * @param count the blocks of the pool: enough for a text of the model's context
 * @param size the tokens of a block
 */
export function pagedLogits(model: Paging, count: number, size: number = blockSize): PagedLogits {
  const dims = defineDims({ block: count, offset: size });
  const pool = heldPool(model, pagedDecodingOf(model, dims));
  const mostPages = Math.ceil(model.context / size);
  let blocks: Blocks = blocksOf(count);
  let texts: readonly Text[] = [];
  const counts = { hits: 0, found: 0, computed: 0 };

  async function next(rows: readonly OwnedRow[]): Promise<readonly (Told | undefined)[]> {
    texts = textsOf(rows);
    try {
      await advanced();
    } catch (error) {
      // What fails leaves nothing to go on from.
      pool.free();
      [texts, blocks] = [[], blocksOf(count)];
      throw error;
    }
    return texts.map(({ told }) => told);
  }

  /** The texts of rows: those of before where rows go on from them. */
  function textsOf(rows: readonly OwnedRow[]): readonly Text[] {
    const taken = new Set<number>();
    const now = rows.map(({ ids, continues, owner = "", look }): Text => {
      if (continues === undefined) return newText(ids, owner, look);
      const before = texts[continues]!;
      if (taken.has(continues)) return grown(forked(before, blocks), ids, look);
      taken.add(continues);
      return grown(before, ids, look);
    });
    texts.forEach((text, place) => {
      if (!taken.has(place)) dropped(text, blocks);
    });
    return now;
  }

  async function advanced(): Promise<void> {
    const lacking = texts.filter(({ told }) => told === undefined);
    for (const text of lacking) if (text.had === 0) begun(text);
    const waiting = lacking.map((text) => ({ text, fresh: text.ids.length - text.had }));
    const chunks = turnOf(waiting);
    const ends = new Map(
      chunks.flatMap(({ rows, length }) =>
        rows.map(({ text, fresh }) => [text, text.had + Math.min(fresh, length)] as const),
      ),
    );
    const { ready, copies } = roomFor(texts, ends, blocks, size);
    if (copies.length > 0) await pool.copy(copies);
    for (const { rows, length } of chunks) {
      const there = rows.map(({ text }) => text).filter((text) => ready.has(text));
      if (there.length > 0) await extended({ rows: there, length });
    }
  }

  function begun(text: Text): void {
    adopted(text, blocks, size);
    if (text.had > 0) counts.hits++;
    counts.found += text.had;
  }

  async function extended({ rows, length }: Chunk<Text>): Promise<void> {
    const pieces = rows.map(({ ids, had }) => ids.slice(had, had + length));
    const given = rows.map(({ blocks, had }, row) => ({ blocks, had, piece: pieces[row]! }));
    const told = await toldBy(extensionOf(given, length, mostPages), rows);
    for (const [row, text] of rows.entries()) {
      text.had += pieces[row]!.length;
      counts.computed += pieces[row]!.length;
      filled(text, blocks, size);
      if (text.had < text.ids.length) continue;
      await checkLogits(model, told[row]!, text.had);
      text.told = told[row]!;
    }
  }

  /** What follows rows that get tokens: what is enough of it where they get one each. */
  async function toldBy(extension: Extension, rows: readonly Text[]): Promise<readonly Told[]> {
    const { length, rows: places } = extension.extent;
    const glance = length === 1 ? glanceOf(rows.map(({ look }) => look)) : undefined;
    if (glance) {
      const looks = rows.map(({ look }, row) => [row, look!] as const);
      return pool.glance(extension, glance, drawsFor(glance, looks, places));
    }
    const numbers = await pool.extend(extension);
    const vocab = model.config.vocab_size;
    return rows.map((_, row) => numbers.subarray(row * vocab, (row + 1) * vocab));
  }

  return {
    next,
    close: async () => {
      for (const text of texts) dropped(text, blocks);
      texts = [];
    },
    use: () => ({ ...blocks.use(), ...counts }),
    end: () => pool.free(),
  };
}
