/** A row of ids to be continued. */
export interface Row {
  /** All its ids from the beginning of the text on. Of more than the model sees at once, the end counts. */
  readonly ids: readonly number[];
  /**
   * The place, in the call before, of the row that this one begins with: its ids are that row's and
   * at least one more. Several rows may continue the same one. Without it, a row is new.
   */
  readonly continues?: number;
}

/**
 * What follows rows of ids: all that a search knows of a model. Rows may have different lengths, and
 * there may be more or fewer of them in each call. A row that no row continues is not asked for again,
 * so what is kept for it may be freed.
 */
export interface NextLogits {
  /** The logits of what follows each row, in the order of rows: `vocab_size` numbers each. */
  next(rows: readonly Row[]): Promise<readonly Float32Array[]>;
  /** Frees what is held on devices. */
  close(): Promise<void>;
}
