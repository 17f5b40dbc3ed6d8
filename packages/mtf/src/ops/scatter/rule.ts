import { elements } from "../../dimension.ts";
import type { NodeOf } from "../../graph/node.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { hasDim } from "../check.ts";
import { filled } from "../constant/constant.ts";
import { apply } from "../elementwise/apply.ts";
import { rowsOf } from "../gather/gather.ts";
import type { Rule } from "../rule.ts";
import { ordinals, putRows } from "./scatter.ts";

export const scatter: Rule<"scatter"> = {
  gradient: (node, [dy]) => {
    const { dim, distinct } = node.attributes;
    const [, rows, ids] = node.operands;
    if (!dy) return [];
    const dx = putRows(dy, filled(0, dimsOf(rows!), "float32"), ids!, dim, distinct);
    const taken = rowsOf(dy, ids!, dim);
    return [dx, distinct ? taken : apply("where", last(node), taken, 0), undefined];
  },
  // Where x is cut along the dim, each device puts the rows there that its slice has.
  elements: "overwritten",
  empty: "zero",
  partition: (node) => ({ whole: ownDims(node).map((d) => d.name), linear: [[0, 1]] }),
  flops: ({ operands: [, rows] }) => elements(dimsOf(rows!)),
  touches: ({ operands: [, rows, ids] }) => 2 * elements(dimsOf(rows!)) + elements(dimsOf(ids!)),
};

/** The ids' dims that x lacks. */
function ownDims({ operands: [x, , ids] }: NodeOf<"scatter">) {
  return dimsOf(ids!).filter((d) => !hasDim(x!, d.name));
}

/** Whether a row is the last of those for its place. */
function last(node: NodeOf<"scatter">): AnyTensor {
  const { dim } = node.attributes;
  const [x, , ids] = node.operands;
  const order = ordinals(ownDims(node), ids!);
  const places = dimsOf(x!).filter((d) => d.name === dim || hasDim(ids!, d.name));
  const winners = putRows(filled(-1, places, "int32"), order, ids!, dim, false);
  return apply("equal", rowsOf(winners, ids!, dim), order);
}
