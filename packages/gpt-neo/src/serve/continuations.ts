import type { Told } from "../generate/few/look.ts";
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
  /** What is told of a row with a look may be what it asks for alone. */
  next(rows: readonly OwnedRow[]): Promise<readonly (Told | undefined)[]>;
  /** No row goes on from one of before. */
  close(): Promise<void>;
}
