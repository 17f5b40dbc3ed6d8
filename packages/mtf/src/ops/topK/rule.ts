import { dimsOf, tensorOf } from "../../graph/tensor.ts";
import { apply } from "../elementwise/apply.ts";
import { count } from "../iota/iota.ts";
import { reduction } from "../reduce/reduce.ts";
import type { Rule } from "../rule.ts";

export const topK: Rule<"topK"> = {
  gradient: (node, [dvalues]) => {
    const x = node.operands[0]!;
    const dim = dimsOf(x).find((d) => d.name === node.attributes.over)!;
    const here = apply("equal", count(dim), tensorOf(node as never, 1));
    // Selected, not multiplied: an infinite cotangent is no reason for NaN elsewhere.
    return [dvalues && reduction("sum", apply("where", here, dvalues, 0), [node.attributes.k])];
  },
  elements: "mixed",
  empty: (_, result) => (result === 0 ? "least" : "zero"),
  partition: ({ attributes: { over, k } }) => ({ whole: [over, k] }),
};
