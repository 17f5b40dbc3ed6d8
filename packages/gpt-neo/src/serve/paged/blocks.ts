/** How many blocks are in which use. */
export interface BlockUse {
  readonly held: number;
  /** Held by nobody, but known by what is in them: they are given out when no other is left. */
  readonly known: number;
  readonly free: number;
}

/** Blocks of a pool by number, which are given out, shared and taken back. */
export interface Blocks {
  /** A block for one holder; undefined where all are held. */
  take(): number | undefined;
  /** One more holder of a block that is held or known. */
  hold(block: number): void;
  /** One holder less. Who releases the blocks of a text from the last on keeps its beginning longest. */
  release(block: number): void;
  holders(block: number): number;
  /** Says what is in a block that is held, and gives the block that is known for that: this or another. */
  know(block: number, content: string): number;
  find(content: string): number | undefined;
  use(): BlockUse;
}

/**
 * Gives out the blocks of a pool. What was known longest without a holder is forgotten first.
 *
 * @param count how many blocks there are
 */
export function blocksOf(count: number): Blocks {
  const free = Array.from({ length: count }, (_, i) => count - 1 - i);
  const holders = new Uint32Array(count);
  const contents = new Map<number, string>();
  const known = new Map<string, number>();
  // In the order in which they were released.
  const idle = new Set<number>();

  function forgotten(): number | undefined {
    const [block] = idle;
    if (block === undefined) return undefined;
    idle.delete(block);
    known.delete(contents.get(block)!);
    contents.delete(block);
    return block;
  }

  return {
    take() {
      const block = free.pop() ?? forgotten();
      if (block !== undefined) holders[block] = 1;
      return block;
    },
    hold(block) {
      idle.delete(block);
      holders[block]!++;
    },
    release(block) {
      holders[block]! -= 1;
      if (holders[block]! > 0) return;
      if (contents.has(block)) idle.add(block);
      else free.push(block);
    },
    holders: (block) => holders[block]!,
    know(block, content) {
      const before = known.get(content);
      if (before !== undefined) return before;
      known.set(content, block);
      contents.set(block, content);
      return block;
    },
    find: (content) => known.get(content),
    use: () => ({
      held: count - free.length - idle.size,
      known: idle.size,
      free: free.length,
    }),
  };
}
