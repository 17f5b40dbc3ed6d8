import type { NodeOf } from "../graph/node.ts";
import { type AnyTensor, endOf } from "../graph/tensor.ts";
import { type Stuck, stick, stuckOf } from "./stuck.ts";

/** What sticks to operands sticks to them inside, and to what is carried from the first of them on. */
export function stickToBody(stuck: Stuck, node: NodeOf<"region">): void {
  const { carried, body } = node.attributes;
  node.operands.forEach((operand: AnyTensor, i) => {
    stick(stuck, body.inputs[i]!, stuckOf(stuck, operand));
    if (i < carried) stick(stuck, endOf(node, i), stuckOf(stuck, operand));
  });
}

/** What sticks to what a body gives sticks to it outside: of two bodies, to what the first gives. */
export function stickToOutside(stuck: Stuck, node: NodeOf<"region">): void {
  const { carried, body } = node.attributes;
  node.results.forEach((_, i) => {
    if (i >= carried) stick(stuck, endOf(node, i), stuckOf(stuck, body.outputs[i]!));
  });
}
