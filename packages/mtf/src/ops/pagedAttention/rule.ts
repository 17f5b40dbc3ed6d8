import { elements } from "../../dimension.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import type { Rule } from "../rule.ts";
import { pagedOf } from "./operands.ts";
import { pagedAttentionWrittenOut } from "./primitives.ts";

export const pagedAttention: Rule<"pagedAttention"> = {
  gradient: "expand",
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { block, offset, page, within } }) => ({
    whole: [block, offset, page, within],
  }),
  expand: ({ attributes, operands }) => [pagedAttentionWrittenOut(attributes, operands)],
  flops: ({ attributes: { page, offset, within }, operands }) => {
    const { query, keys, table } = pagedOf(operands);
    const sizeOf = (x: AnyTensor, name: string) => dimsOf(x).find((d) => d.name === name)!.size;
    const depth = sizeOf(query, within);
    // Of rows that fill their tables: how full they are only a run can tell.
    const tokens = sizeOf(table, page) * sizeOf(keys, offset);
    return (elements(dimsOf(query)) / depth) * tokens * (4 * depth + 8);
  },
};
