import type { NodeOf } from "../../graph/node.ts";
import { dimsOf } from "../../graph/tensor.ts";
import type { Rule } from "../rule.ts";
import { sliced } from "../slice/slice.ts";

export const concat: Rule<"concat"> = {
  gradient: (node, [dy]) =>
    spans(node).map(({ begin, size }) => dy && sliced(dy, node.attributes.dim, begin, size)),
  elements: "mixed",
  empty: "computed",
  partition: (node) => ({
    linear: [node.operands.map((_, i) => i)],
    move: { dim: node.attributes.dim, offsets: spans(node).map((s) => 0 - s.begin), fill: 0 },
  }),
  flops: () => 0,
};

/** Where each operand lies along the dim of the result. */
function spans({ attributes: { dim }, operands }: NodeOf<"concat">) {
  let end = 0;
  return operands.map((x) => {
    const { size } = dimsOf(x).find((d) => d.name === dim)!;
    end += size;
    return { begin: end - size, size };
  });
}
