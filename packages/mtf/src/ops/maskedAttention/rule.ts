import { elements } from "../../dimension.ts";
import { dimsOf } from "../../graph/tensor.ts";
import { scoreDims } from "../flashAttention/operands.ts";
import type { Rule } from "../rule.ts";
import { maskedOf } from "./operands.ts";
import { maskedAttentionWrittenOut } from "./primitives.ts";

export const maskedAttention: Rule<"maskedAttention"> = {
  gradient: "expand",
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { over, within } }) => ({ whole: [over, within] }),
  expand: ({ attributes, operands }) => [maskedAttentionWrittenOut(attributes, operands)],
  flops: ({ attributes, operands }) => {
    const { query, keys } = maskedOf(operands);
    const depth = dimsOf(query).find((d) => d.name === attributes.within)!.size;
    return elements(scoreDims(attributes, dimsOf(query), dimsOf(keys))) * (4 * depth + 8);
  },
};
