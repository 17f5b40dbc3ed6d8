import { beginInCommon } from "./in-common.ts";
import type { NextLogits, Row } from "./next-logits.ts";

/**
 * Finds the row of the call before that a new row goes on from: the one that it has the longest beginning in
 * common with. So a search goes on from where another one ended, or was wrong.
 */
export function knownBeginnings<Asked extends Row>(of: NextLogits<Asked>): NextLogits<Asked> {
  let before: readonly (readonly number[])[] = [];

  function continuing(row: Asked): Asked {
    if (row.continues !== undefined) return row;
    let [place, longest] = [-1, 0];
    for (const [i, ids] of before.entries()) {
      const common = beginInCommon(ids, row.ids);
      if (common > longest) [place, longest] = [i, common];
    }
    return place < 0 ? row : { ...row, continues: place };
  }

  async function told<T>(
    rows: readonly Asked[],
    ask: (rows: readonly Asked[]) => Promise<T>,
  ): Promise<T> {
    const asked = rows.map(continuing);
    // What fails leaves nothing to go on from.
    before = [];
    const found = await ask(asked);
    before = rows.map(({ ids }) => ids);
    return found;
  }

  return {
    next: (rows) => told(rows, (asked) => of.next(asked)),
    ...(of.glance && { glance: (rows) => told(rows, (asked) => of.glance!(asked)) }),
    close: () => of.close(),
  };
}
