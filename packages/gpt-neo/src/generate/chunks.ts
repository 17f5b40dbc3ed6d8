import { longestChunk } from "./prompt-length.ts";

/** Tokens that are added to rows at once: of each row a piece, which may be empty. */
export interface Chunk {
  /** Whether all rows begin with it that have a piece. */
  readonly begins: boolean;
  /** How many tokens there is room for. */
  readonly length: number;
  /** Of each row, where its piece begins and ends. */
  readonly pieces: readonly (readonly [begin: number, end: number])[];
}

/** The lengths that programs are made for: a few, and none much longer than it takes. */
const lengths = [1, 4, 16, longestChunk];

/**
 * Cuts rows of tokens into chunks. All rows have their ends in the last, so that what follows each is
 * known when it has been added.
 *
 * @param sizes how many tokens each row has
 * @param prompt how many of them rows begin with at once, if they do
 */
export function chunksOf(sizes: readonly number[], prompt?: number): readonly Chunk[] {
  const longest = Math.max(...sizes);
  const chunks: Chunk[] = [];
  for (let at = 0; at < longest; at += chunks.at(-1)!.length) {
    const begins = at === 0 && prompt !== undefined;
    const usual = lengths.find((one) => one >= longest - at) ?? longestChunk;
    const length = begins ? prompt : usual;
    const pieces = sizes.map((size) => {
      const within = (place: number) => Math.min(size, Math.max(0, place - (longest - size)));
      return [within(at), within(at + length)] as const;
    });
    chunks.push({ begins, length, pieces });
  }
  return chunks;
}
