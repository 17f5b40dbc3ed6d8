import { type Dimension, elements } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { filled } from "../constant/constant.ts";
import { apply } from "../elementwise/apply.ts";
import { rowsOf } from "../gather/gather.ts";
import { count } from "../iota/iota.ts";
import type { Rule } from "../rule.ts";
import { shiftedSum } from "../softmax/rule.ts";

/** Whether labels lie within the dim. */
function inside(labels: AnyTensor, dim: Dimension): AnyTensor {
  return apply("and", apply("greaterEqual", labels, 0), apply("less", labels, dim.size));
}

export const crossEntropy: Rule<"crossEntropy"> = {
  // The shift counts as a constant: what it adds to the logsumexp it takes from the sum.
  gradient: (node, [dloss, dsum]) => {
    const [logits, labels] = node.operands as [AnyTensor, AnyTensor];
    const [sum, shift] = [1, 2].map((i) => tensorOf(node as never, i)) as [AnyTensor, AnyTensor];
    const zero = () => filled(0, dimsOf(sum), "float32");
    const operands = [logits, labels, sum, shift, dloss ?? zero(), dsum ?? zero()];
    const result = { dims: dimsOf(logits), dtype: "float32" } as const;
    return [makeTensor("crossEntropyGrad", node.attributes, operands, result), undefined];
  },
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { over } }) => ({ whole: [over] }),
  // Split over `over`, it settles three tensors without that dim, and never the logits.
  expand: ({ attributes: { over }, operands }) => {
    const [logits, labels] = operands as [AnyTensor, AnyTensor];
    const dim = dimsOf(logits).find((d) => d.name === over)!;
    const [sum, shift] = shiftedSum(logits, over);
    const own = spread(rowsOf(logits, labels, over), dimsOf(sum));
    const loss = apply("add", apply("log", sum), apply("sub", shift, own));
    return [apply("where", inside(labels, dim), loss, 0), sum, shift];
  },
  flops: ({ operands: [logits] }) => 12 * elements(dimsOf(logits!)),
};

export const crossEntropyGrad: Rule<"crossEntropyGrad"> = {
  gradient: "expand",
  // Each element of the result depends on its own logit only: nothing need be whole. It is linear in
  // both cotangents at once, but that of the sum comes from a quotient, so it owes nothing.
  elements: "rows",
  empty: "zero",
  partition: () => ({}),
  expand: ({ attributes: { over }, operands }) => {
    const [logits, labels, sum, shift, dloss, dsum] = operands as readonly AnyTensor[];
    const dim = dimsOf(logits!).find((d) => d.name === over)!;
    const dvalid = apply("where", inside(labels!, dim), dloss!, 0);
    const e = apply("exp", apply("sub", logits!, shift!));
    const spreadOut = apply("mul", e, apply("add", apply("div", dvalid, sum!), dsum!));
    return [
      apply("sub", spreadOut, apply("where", apply("equal", count(dim), labels!), dvalid, 0)),
    ];
  },
  flops: ({ operands: [logits] }) => 12 * elements(dimsOf(logits!)),
};
