/**
 * A stream of ids that is read at random, wherever it lies: in memory or in a file. Its first id is an
 * end of text, so that every other one has an id before it that it is predicted from.
 */
export interface TokenSource {
  readonly length: number;
  /** The ids from `begin` on, as many as `into` holds. */
  read(begin: number, into: Int32Array): void;
  close(): void;
}
