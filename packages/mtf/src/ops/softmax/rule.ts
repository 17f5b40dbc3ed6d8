import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../../graph/tensor.ts";
import { apply, stopped } from "../elementwise/apply.ts";
import { reduction } from "../reduce/reduce.ts";
import type { Rule } from "../rule.ts";

const whole = ({ attributes }: { attributes: { readonly over: string } }) => ({
  whole: [attributes.over],
});

/** exp(x - max), and the maximum, which gradients may take for a constant. */
function shiftedExp(x: AnyTensor, over: string): readonly [AnyTensor, AnyTensor] {
  const largest = stopped(reduction("max", x, [over]));
  return [apply("exp", apply("sub", x, largest)), largest];
}

function logOfSum(x: AnyTensor, over: string): AnyTensor {
  const [e, largest] = shiftedExp(x, over);
  return apply("add", apply("log", reduction("sum", e, [over])), largest);
}

export const softmax: Rule<"softmax"> = {
  gradient: (node, [dy]) => [
    dy &&
      makeTensor("softmaxGrad", node.attributes, [tensorOf(node as never, 0), dy], {
        dims: dimsOf(node.operands[0]!),
        dtype: "float32",
      }),
  ],
  partition: whole,
  expand: ({ attributes: { over }, operands: [x] }) => {
    const [e] = shiftedExp(x!, over);
    return [apply("div", e, reduction("sum", e, [over]))];
  },
};

export const softmaxGrad: Rule<"softmaxGrad"> = {
  gradient: "expand",
  partition: (node) => ({ ...whole(node), linear: [[1]] }),
  expand: ({ attributes: { over }, operands: [y, dy] }) => {
    const mean = reduction("sum", apply("mul", y!, dy!), [over]);
    return [apply("mul", y!, apply("sub", dy!, mean))];
  },
};

export const logSoftmax: Rule<"logSoftmax"> = {
  gradient: (node, [dy]) => [
    dy &&
      makeTensor("logSoftmaxGrad", node.attributes, [tensorOf(node as never, 0), dy], {
        dims: dimsOf(node.operands[0]!),
        dtype: "float32",
      }),
  ],
  partition: whole,
  expand: ({ attributes: { over }, operands: [x] }) => [apply("sub", x!, logOfSum(x!, over))],
};

export const logSoftmaxGrad: Rule<"logSoftmaxGrad"> = {
  gradient: "expand",
  partition: (node) => ({ ...whole(node), linear: [[1]] }),
  expand: ({ attributes: { over }, operands: [y, dy] }) => {
    const total = reduction("sum", dy!, [over]);
    return [apply("sub", dy!, apply("mul", apply("exp", y!), total))];
  },
};

export const logsumexp: Rule<"logsumexp"> = {
  gradient: (node, [dy]) => {
    const x = node.operands[0]!;
    const share = apply("exp", apply("sub", x, tensorOf(node as never, 0)));
    return [dy && apply("mul", share, dy)];
  },
  partition: whole,
  expand: ({ attributes: { over }, operands: [x] }) => [logOfSum(x!, over)],
};
