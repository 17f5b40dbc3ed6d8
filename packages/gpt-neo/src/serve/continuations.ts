import type { Row } from "../generate/next-logits.ts";

/** A row of somebody's text. */
export interface OwnedRow extends Row {
  /** Whom it is for; what texts of one owner have in common may be computed once. */
  readonly owner?: string | undefined;
}

/**
 * What follows rows of ids, where it may take several calls until it is known. The same row is then asked
 * for again, as one that continues itself.
 */
export interface Continuations {
  next(rows: readonly OwnedRow[]): Promise<readonly (Float32Array | undefined)[]>;
  /** No row goes on from one of before. */
  close(): Promise<void>;
}
