/** A piece of a file that is read by itself. */
export interface Piece {
  /** They hold until the next piece is asked for. */
  readonly bytes: Uint8Array;
  /** The number of the line it begins in, counted from 1. */
  readonly line: number;
  /** The byte of the file it begins at. */
  readonly offset: number;
}

/** Longer pieces than this make no string. */
export const longestPiece: number = 256 << 20;
