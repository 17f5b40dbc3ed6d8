import type { Look, Told } from "./few/look.ts";

/** A row of ids to be continued. */
export interface Row {
  /** All its ids from the beginning of the text on. Of more than the model sees at once, the end counts. */
  readonly ids: readonly number[];
  /**
   * The place, in the call before, of the row that this one goes on from: what both begin with is not
   * computed again. Several rows may continue the same one. Without it, a row is new.
   */
  readonly continues?: number;
  /** What is enough of what follows it, to whom takes a glance. */
  readonly look?: Look | undefined;
  /**
   * What will be enough of what follows it and one id more, if the id is the one that devices take
   * themselves, as it is as a rule. Nothing where the text ends with that id.
   */
  readonly nextLook?: Look | undefined;
}

/** A row of which may be asked what follows each of its last ids, and not the last alone. */
export interface TailedRow extends Row {
  /** How many ids those are: from 1, the default, to all. No more than one of a row that the model does not see whole. */
  readonly tail?: number;
}

/**
 * What follows rows of ids: all that a search knows of a model. Rows may have different lengths, and
 * there may be more or fewer of them in each call. A row that no row continues is not asked for again,
 * so what is kept for it may be freed.
 */
export interface NextLogits<Asked extends Row = Row> {
  /** The logits of what follows each row, in the order of rows: `vocab_size` numbers for each id asked for. */
  next(rows: readonly Asked[]): Promise<readonly Float32Array[]>;
  /** The same, but of rows with a look maybe only what it asks for. */
  glance?(rows: readonly Asked[]): Promise<readonly Told[]>;
  /** Frees what is held on devices. */
  close(): Promise<void>;
}
