import { elements } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../../graph/tensor.ts";
import { apply, stopped } from "../elementwise/apply.ts";
import { reduction } from "../reduce/reduce.ts";
import type { Rule } from "../rule.ts";

const whole = ({ attributes }: { attributes: { readonly over: string } }) => ({
  whole: [attributes.over],
});

/** x less its maximum, which gradients may take for a constant. */
function centred(x: AnyTensor, over: string): AnyTensor {
  return apply("sub", x, stopped(reduction("max", x, [over])));
}

/** The sum of exp(x - shift), for a shift that lacks the dim. */
export function sumExpOf(x: AnyTensor, shift: AnyTensor, over: string): AnyTensor {
  const result = { dims: dimsOf(shift), dtype: "float32" } as const;
  return makeTensor("sumExp", { over }, [x, shift], result);
}

/** The sum of exp(x - shift), and the shift: the maximum, or 0 unless that is finite. */
export function shiftedSum(x: AnyTensor, over: string): readonly [AnyTensor, AnyTensor] {
  const largest = reduction("max", x, [over]);
  const shift = stopped(apply("where", apply("isFinite", largest), largest, 0));
  return [sumExpOf(x, shift, over), shift];
}

export const softmax: Rule<"softmax"> = {
  gradient: (node, [dy]) => [
    dy &&
      makeTensor("softmaxGrad", node.attributes, [tensorOf(node as never, 0), dy], {
        dims: dimsOf(node.operands[0]!),
        dtype: "float32",
      }),
  ],
  elements: "rows",
  empty: "zero",
  partition: whole,
  expand: ({ attributes: { over }, operands: [x] }) => {
    const e = apply("exp", centred(x!, over));
    // One division a row, as in kernels.
    return [apply("mul", e, apply("reciprocal", reduction("sum", e, [over])))];
  },
};

export const softmaxGrad: Rule<"softmaxGrad"> = {
  gradient: "expand",
  elements: "rows",
  empty: "zero",
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
  elements: "rows",
  empty: "zero",
  partition: whole,
  expand: ({ attributes: { over }, operands: [x] }) => {
    const shifted = centred(x!, over);
    const sum = reduction("sum", apply("exp", shifted), [over]);
    return [apply("sub", shifted, apply("log", sum))];
  },
};

export const logSoftmaxGrad: Rule<"logSoftmaxGrad"> = {
  gradient: "expand",
  elements: "rows",
  empty: "zero",
  partition: (node) => ({ ...whole(node), linear: [[1]] }),
  expand: ({ attributes: { over }, operands: [y, dy] }) => {
    const total = reduction("sum", dy!, [over]);
    return [apply("sub", dy!, apply("mul", apply("exp", y!), total))];
  },
};

export const logsumexp: Rule<"logsumexp"> = {
  gradient: (node, [dy]) => {
    const x = node.operands[0]!;
    const result = { dims: dimsOf(x), dtype: "float32" } as const;
    return [dy && apply("mul", makeTensor("softmax", node.attributes, [x], result), dy)];
  },
  elements: "mixed",
  empty: "least",
  partition: whole,
  expand: ({ attributes: { over }, operands: [x] }) => {
    const [sum, shift] = shiftedSum(x!, over);
    return [apply("add", apply("log", sum), shift)];
  },
};

export const sumExp: Rule<"sumExp"> = {
  gradient: "expand",
  // Of a dim that is cut, each device has the sum of its part.
  elements: "mixed",
  empty: "zero",
  partition: () => ({}),
  expand: ({ attributes: { over }, operands: [x, shift] }) => [
    reduction("sum", apply("exp", apply("sub", x!, shift!)), [over]),
  ],
  flops: ({ operands: [x] }) => 8 * elements(dimsOf(x!)),
};
