import type { Dimension } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../../graph/tensor.ts";
import { filled } from "../constant/constant.ts";
import { apply, stopped } from "../elementwise/apply.ts";
import { pick } from "../gather/gather.ts";
import { count } from "../iota/iota.ts";
import { reduction } from "../reduce/reduce.ts";
import type { Rule } from "../rule.ts";

/** Whether labels lie within the dim. */
function inside(labels: AnyTensor, dim: Dimension): AnyTensor {
  return apply("and", apply("greaterEqual", labels, 0), apply("less", labels, dim.size));
}

export const crossEntropy: Rule<"crossEntropy"> = {
  gradient: (node, [dloss, dlogsumexp]) => {
    const [logits, labels] = node.operands as [AnyTensor, AnyTensor];
    const total = tensorOf(node as never, 1);
    const zero = () => filled(0, dimsOf(total), "float32");
    const operands = [logits, labels, total, dloss ?? zero(), dlogsumexp ?? zero()];
    const result = { dims: dimsOf(logits), dtype: "float32" } as const;
    return [makeTensor("crossEntropyGrad", node.attributes, operands, result), undefined];
  },
  partition: ({ attributes: { over } }) => ({ whole: [over] }),
  // Split over `over`, it settles three tensors without that dim, and never the logits.
  expand: ({ attributes: { over }, operands }) => {
    const [logits, labels] = operands as [AnyTensor, AnyTensor];
    const dim = dimsOf(logits).find((d) => d.name === over)!;
    const largest = stopped(reduction("max", logits, [over]));
    const e = apply("exp", apply("sub", logits, largest));
    const total = apply("add", apply("log", reduction("sum", e, [over])), largest);
    const loss = apply("sub", total, pick(logits, labels, dim));
    return [apply("where", inside(labels, dim), loss, 0), total];
  },
  flops: ({ operands: [logits] }) => 12 * dimsOf(logits!).reduce((n, d) => n * d.size, 1),
};

export const crossEntropyGrad: Rule<"crossEntropyGrad"> = {
  gradient: "expand",
  // Each element of the result depends on its own logit only: nothing need be whole.
  partition: () => ({ linear: [[3, 4]] }),
  expand: ({ attributes: { over }, operands }) => {
    const [logits, labels, total, dloss, dtotal] = operands as [AnyTensor, ...AnyTensor[]];
    const dim = dimsOf(logits).find((d) => d.name === over)!;
    const dvalid = apply("where", inside(labels!, dim), dloss!, 0);
    const share = apply("exp", apply("sub", logits, total!));
    const spreadOut = apply("mul", share, apply("add", dvalid, dtotal!));
    return [
      apply("sub", spreadOut, apply("where", apply("equal", count(dim), labels!), dvalid, 0)),
    ];
  },
  flops: ({ operands: [logits] }) => 12 * dimsOf(logits!).reduce((n, d) => n * d.size, 1),
};
