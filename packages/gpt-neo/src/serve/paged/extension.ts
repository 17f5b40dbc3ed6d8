import type { Extent } from "./decoding.ts";
import { widthFor } from "./widths.ts";

/** Tokens for rows, as a program takes them. */
export interface Extension {
  readonly extent: Extent;
  readonly tokens: Int32Array;
  readonly table: Int32Array;
  readonly before: Int32Array;
  readonly counts: Int32Array;
}

/** A row that gets tokens. */
export interface Extended {
  readonly blocks: readonly number[];
  /** How many tokens it has. */
  readonly had: number;
  readonly piece: readonly number[];
}

/** The fewest blocks of a row that programs are made for. */
const fewest = 4;

/** Puts rows below each other, filled up to sizes that programs are made for. */
export function extensionOf(
  extended: readonly Extended[],
  length: number,
  mostPages: number,
): Extension {
  const rows = widthFor(extended.length);
  const longest = Math.max(...extended.map(({ blocks }) => blocks.length));
  const pages = Math.min(widthFor(longest, fewest), mostPages);
  const [tokens, table] = [new Int32Array(rows * length), new Int32Array(rows * pages).fill(-1)];
  const [before, counts] = [new Int32Array(rows), new Int32Array(rows)];
  for (const [row, { blocks, had, piece }] of extended.entries()) {
    tokens.set(piece, row * length);
    table.set(blocks, row * pages);
    before[row] = had;
    counts[row] = piece.length;
  }
  return { extent: { rows, length, pages }, tokens, table, before, counts };
}
