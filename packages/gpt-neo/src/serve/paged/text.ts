import { isFew, type Look, type Told } from "../../generate/few/look.ts";
import type { Blocks } from "./blocks.ts";
import { linkOf } from "./chain.ts";

/** A row of ids, as it is in a pool. */
export interface Text {
  /** All its ids, those that are not there yet too. */
  ids: readonly number[];
  /** How many of them are there. */
  had: number;
  /** The blocks that it holds, those of its first tokens first. */
  readonly blocks: number[];
  /** What is in each block that is full, after the link to begin with. */
  readonly links: string[];
  /** What is enough of what follows them, if not all. */
  look?: Look | undefined;
  /** What follows all its ids, once it is known. */
  told?: Told | undefined;
}

export function newText(ids: readonly number[], owner: string, look?: Look): Text {
  return { ids, look, had: 0, blocks: [], links: [owner] };
}

/** A text that goes on from another: it shares all of its blocks. */
export function forked(text: Text, blocks: Blocks): Text {
  for (const block of text.blocks) blocks.hold(block);
  return { ...text, blocks: [...text.blocks], links: [...text.links], told: undefined };
}

/** The text with the ids that it is to have; where all is asked for of what was told in part, the last id anew. */
export function grown(text: Text, ids: readonly number[], look: Look | undefined): Text {
  const { told } = text;
  if (ids.length > text.ids.length || (told && isFew(told) && !look)) text.told = undefined;
  if (!text.told) text.had = Math.min(text.had, ids.length - 1);
  [text.ids, text.look] = [ids, look];
  return text;
}

/** Gives up all blocks: what was there has to be computed again. */
export function dropped(text: Text, blocks: Blocks): void {
  for (const block of text.blocks.reverse()) blocks.release(block);
  text.blocks.length = 0;
  text.links.length = 1;
  text.had = 0;
}

/**
 * Holds blocks that have what a text begins with, but for its last id, which something has to follow.
 *
 * @param size tokens of a block
 */
export function adopted(text: Text, blocks: Blocks, size: number): void {
  for (;;) {
    const end = text.had + size;
    if (end >= text.ids.length) return;
    const link = linkOf(text.links.at(-1)!, text.ids.slice(text.had, end));
    const block = blocks.find(link);
    if (block === undefined) return;
    blocks.hold(block);
    text.blocks.push(block);
    text.links.push(link);
    text.had = end;
  }
}

/** Says what is in the blocks that a text has filled; holds those that have the same in their place. */
export function filled(text: Text, blocks: Blocks, size: number): void {
  for (;;) {
    const page = text.links.length - 1;
    const [begin, end] = [page * size, (page + 1) * size];
    if (end > text.had) return;
    const link = linkOf(text.links.at(-1)!, text.ids.slice(begin, end));
    text.links.push(link);
    const own = text.blocks[page]!;
    const known = blocks.know(own, link);
    if (known === own) continue;
    blocks.hold(known);
    blocks.release(own);
    text.blocks[page] = known;
  }
}
