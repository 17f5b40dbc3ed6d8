import { dimsOf } from "../../graph/tensor.ts";
import type { Rule } from "../rule.ts";
import { addRows, rowsOf } from "./gather.ts";

export const gather: Rule<"gather"> = {
  gradient: ({ attributes: { dim }, operands: [table, ids] }, [dy]) => {
    const along = dimsOf(table!).find((d) => d.name === dim)!;
    return [dy && addRows(dy, ids!, along, table!.names), undefined];
  },
  // Ids of rows that are elsewhere read zeros, so that the sum over devices is the row.
  elements: "mixed",
  empty: "zero",
  partition: () => ({ linear: [[0]] }),
};

export const scatterAdd: Rule<"scatterAdd"> = {
  gradient: ({ attributes: { dim }, operands: [, ids] }, [dtable]) => [
    dtable && rowsOf(dtable, ids!, dim),
    undefined,
  ],
  elements: "mixed",
  empty: "zero",
  partition: () => ({ linear: [[0]] }),
};
