import { dimsOf, tensorOf } from "../../graph/tensor.ts";
import { product } from "../einsum/einsum.ts";
import { encoded } from "../oneHot/oneHot.ts";
import type { Rule } from "../rule.ts";

export const topK: Rule<"topK"> = {
  gradient: (node, [dvalues]) => {
    const x = node.operands[0]!;
    const dim = dimsOf(x).find((d) => d.name === node.attributes.over)!;
    const indices = tensorOf(node as never, 1);
    return [dvalues && product(dvalues, encoded(indices, dim, "float32"), dimsOf(x))];
  },
  partition: ({ attributes: { over, k } }) => ({ whole: [over, k] }),
};
