import type { ElementwiseFn } from "../graph/kinds.ts";
import type { Node } from "../graph/node.ts";
import type { AnyTensor } from "../graph/tensor.ts";

/**
 * Whether no number of a tensor can be infinite, whatever the program's inputs hold; NaN may be
 * there. What is not known counts as infinite.
 */
export function neverInfinite(x: AnyTensor): boolean {
  return isBounded(x, new Map());
}

/** @param known what was found of nodes before: many ways may lead to one */
function isBounded(x: AnyTensor, known: Map<Node, boolean>): boolean {
  if (x.dtype !== "float32") return true;
  const node = x["~node"];
  const found = known.get(node) ?? boundedBy(node, known);
  known.set(node, found);
  return found;
}

function boundedBy(node: Node, known: Map<Node, boolean>): boolean {
  const all = (operands: readonly AnyTensor[]) => operands.every((x) => isBounded(x, known));
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
    case "window":
      return isNotInfinite(node.attributes.value) && all(node.operands);
    case "rename":
    case "broadcast":
    case "reshape":
    case "slice":
    case "concat":
    case "withLayout":
      return all(node.operands);
    case "elementwise": {
      const { fn, scalars } = node.attributes;
      if (bounded.includes(fn)) return true;
      if (!keeping.includes(fn)) return false;
      return scalars.every((s) => s === null || isNotInfinite(s)) && all(node.operands);
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
const bounded: readonly ElementwiseFn[] = ["tanh", "sigmoid", "erf", "sin", "cos", "sign"];

/** Functions that give nothing infinite of what is not. */
const keeping: readonly ElementwiseFn[] = [
  ...(["identity", "neg", "abs", "relu", "toFloat32"] as const),
  ...(["softplus", "floor", "ceil", "round"] as const),
  ...(["maximum", "minimum", "where", "clip"] as const),
];
