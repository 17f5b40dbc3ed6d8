import { dimsOf } from "../../graph/tensor.ts";
import { reduction } from "../reduce/reduce.ts";
import type { Rule } from "../rule.ts";

export const broadcast: Rule<"broadcast"> = {
  gradient: (node, [dy]) => {
    if (!dy) return [undefined];
    const own = node.operands[0]!.names as readonly string[];
    const added = dimsOf(dy).flatMap((d) => (own.includes(d.name) ? [] : [d.name]));
    return [reduction("sum", dy, added)];
  },
  elements: "mixed",
  empty: "zero",
  partition: () => ({ linear: [[0]] }),
  flops: () => 0,
};
