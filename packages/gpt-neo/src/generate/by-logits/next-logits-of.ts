import { MtfError } from "mtf";

/**
 * What follows each of several rows of ids, whatever computes it: of each row as many logits as there are
 * ids.
 */
export type NextLogitsOf = (
  rows: readonly (readonly number[])[],
) => readonly ArrayLike<number>[] | Promise<readonly ArrayLike<number>[]>;

/** The logits that follow rows, as many as were asked for. */
export async function logitsOf(
  caller: string,
  next: NextLogitsOf,
  rows: readonly (readonly number[])[],
): Promise<readonly ArrayLike<number>[]> {
  if (rows.length === 0) return [];
  const found = await next(rows);
  if (found.length === rows.length) return found;
  throw new MtfError(
    "bad-argument",
    `${caller}: 'next' gave logits for ${found.length} rows, and was asked for ${rows.length}.`,
  );
}
