import type { NextLogits, Row } from "./next-logits.ts";

/**
 * Finds what new rows begin with among the rows of the call before, so that a search goes on from where
 * another one ended.
 */
export function knownBeginnings(of: NextLogits): NextLogits {
  let before: readonly (readonly number[])[] = [];

  function continuing(row: Row): Row {
    if (row.continues !== undefined) return row;
    const place = before.findIndex(
      (ids) => ids.length < row.ids.length && ids.every((id, i) => id === row.ids[i]),
    );
    return place < 0 ? row : { ...row, continues: place };
  }

  return {
    next: async (rows) => {
      const asked = rows.map(continuing);
      // What fails leaves nothing to go on from.
      before = [];
      const logits = await of.next(asked);
      before = rows.map(({ ids }) => ids);
      return logits;
    },
    close: () => of.close(),
  };
}
