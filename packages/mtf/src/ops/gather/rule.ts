import { elements } from "../../dimension.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { hasDim } from "../check.ts";
import { apply } from "../elementwise/apply.ts";
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
  touches: ({ operands: [, ids], results: [rows] }) =>
    2 * elements(rows!.dims) + elements(dimsOf(ids!)),
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

export const scatterOnto: Rule<"scatterOnto"> = {
  gradient: "expand",
  elements: "overwritten",
  empty: "first",
  // Who adds only some of the rows must not have x as well: a program that does is made of two ops.
  partition: ({ operands: [x, rows] }) => ({
    whole: dimsOf(rows!).flatMap(({ name }) => (hasDim(x!, name) ? [] : [name])),
    linear: [[0, 1]],
  }),
  expand: ({ attributes: { dim }, operands: [x, rows, ids] }) => {
    const along = dimsOf(x!).find((d) => d.name === dim)!;
    const apart = dimsOf(x!).map((d) => d.name);
    return [apply("add", x!, addRows(rows as AnyTensor, ids!, along, apart))];
  },
  flops: ({ operands: [, rows] }) => elements(dimsOf(rows!)),
  touches: ({ operands: [, rows, ids] }) => 3 * elements(dimsOf(rows!)) + elements(dimsOf(ids!)),
};
