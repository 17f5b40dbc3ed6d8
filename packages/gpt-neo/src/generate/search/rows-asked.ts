import type { Row } from "../next-logits.ts";
import type { Search } from "./search.ts";

/**
 * The rows of a search that is one of several in a call for logits.
 *
 * @param begin the place of its first row in the call before
 */
export function rowsAsked({ rows }: Search, begin: number): readonly Row[] {
  return rows.map((row) =>
    row.continues === undefined ? row : { ...row, continues: begin + row.continues },
  );
}
