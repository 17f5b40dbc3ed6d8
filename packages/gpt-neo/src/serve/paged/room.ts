import type { Blocks } from "./blocks.ts";
import { dropped, type Text } from "./text.ts";

/** Blocks whose tokens are to be in others, too, before these are written to. */
export type Copies = readonly (readonly [from: number, to: number])[];

/** What texts have room after those before them have got it. */
export interface Room {
  readonly ready: ReadonlySet<Text>;
  readonly copies: Copies;
}

/**
 * Gets blocks for the next tokens of texts. Where none is left, others lose all of theirs, to be
 * computed again later: those that come after, and those that wait, since what follows them is known.
 * Where no such text has any, one waits. So the first always goes on.
 *
 * @param texts all that hold blocks, in the order in which they come
 * @param ends up to how many tokens there is to be room for in those that get some
 * @param size tokens of a block
 */
export function roomFor(
  texts: readonly Text[],
  ends: ReadonlyMap<Text, number>,
  blocks: Blocks,
  size: number,
): Room {
  const copies: [from: number, to: number][] = [];
  const lost = new Set<Text>();

  function blockFor(index: number): number | undefined {
    for (;;) {
      const block = blocks.take();
      if (block !== undefined) return block;
      const loser = loserFor(index);
      if (loser === undefined) return undefined;
      dropped(loser, blocks);
      lost.add(loser);
    }
  }

  /** The last text, or else one that needs its blocks only when it goes on. */
  function loserFor(index: number): Text | undefined {
    const after = texts.findLast((text, i) => i > index && text.blocks.length > 0);
    return after ?? texts.findLast((text) => text.told !== undefined && text.blocks.length > 0);
  }

  function getsRoom(text: Text, index: number): boolean {
    const end = ends.get(text);
    if (end === undefined || lost.has(text)) return false;
    const page = Math.floor(text.had / size);
    const shared = text.blocks[page];
    if (shared !== undefined && blocks.holders(shared) > 1) {
      const own = blockFor(index);
      if (own === undefined) return false;
      // Those that come after may have given it up just now.
      copies.push([shared, own]);
      blocks.release(shared);
      text.blocks[page] = own;
    }
    while (text.blocks.length * size < end) {
      const block = blockFor(index);
      if (block === undefined) return false;
      text.blocks.push(block);
    }
    return true;
  }

  return { ready: new Set(texts.filter(getsRoom)), copies };
}
