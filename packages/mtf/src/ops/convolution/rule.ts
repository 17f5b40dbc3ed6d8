import { type Dimension, elements } from "../../dimension.ts";
import type { NodeOf } from "../../graph/node.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { product } from "../einsum/product.ts";
import { neverInfinite } from "../neverInfinite.ts";
import type { Rule } from "../rule.ts";
import { windowsOf } from "../window/windows.ts";

export const convolution: Rule<"convolution"> = {
  gradient: "expand",
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { windows }, operands }) => ({
    whole: windows.map(({ dim }) => dim),
    linear: [0, 1].filter((i) => neverInfinite(operands[1 - i]!)).map((i) => [i]),
  }),
  expand(node) {
    const { windows } = node.attributes;
    const [x, b] = node.operands as [AnyTensor, AnyTensor];
    const sizeOf = (name: string) => beside(node).find((d) => d.name === name)!.size;
    const taken = windows.reduce((y, each) => {
      return windowsOf(y, { ...each, value: 0 }, sizeOf(each.dim), sizeOf(each.tap));
    }, x);
    return [product(taken, b, node.results[0]!.dims)];
  },
  flops: (node) => 2 * elements(beside(node)),
};

/** The dims of the other factor and of the result, which all of the windows' are among. */
function beside({ operands, results }: NodeOf<"convolution">): readonly Dimension[] {
  const dims = [...dimsOf(operands[1]!), ...results[0]!.dims];
  return [...new Map(dims.map((d) => [d.name, d])).values()];
}
