import type { AnyTensor } from "../graph/tensor.ts";

/**
 * Whether no number of a tensor can be infinite, whatever the program's inputs hold; NaN may be
 * there. What is not known counts as infinite.
 */
export function neverInfinite(x: AnyTensor): boolean {
  if (x.dtype !== "float32") return true;
  const node = x["~node"];
  switch (node.kind) {
    case "oneHot":
    case "random":
    case "softmax":
      return true;
    case "fill":
      return isNotInfinite(node.attributes.value);
    case "literal":
      return node.attributes.data.every(isNotInfinite);
    case "pad":
      return isNotInfinite(node.attributes.value) && node.operands.every(neverInfinite);
    case "rename":
    case "broadcast":
    case "reshape":
    case "slice":
    case "concat":
    case "withLayout":
      return node.operands.every(neverInfinite);
    case "elementwise": {
      const { fn, scalars } = node.attributes;
      if (bounded.includes(fn)) return true;
      if (!keeping.includes(fn)) return false;
      return (
        scalars.every((s) => s === null || isNotInfinite(s)) && node.operands.every(neverInfinite)
      );
    }
    default:
      return false;
  }
}

/** Whether a number is finite or NaN. */
export function isNotInfinite(x: number): boolean {
  return Math.abs(x) !== Infinity;
}

/** Functions whose results have bounds. */
const bounded: readonly string[] = ["tanh", "sigmoid", "sin", "cos", "sign"];

/** Functions that give nothing larger than their arguments. */
const keeping: readonly string[] = [
  ...["identity", "neg", "abs", "relu", "toFloat32"],
  ...["maximum", "minimum", "where", "clip"],
];
