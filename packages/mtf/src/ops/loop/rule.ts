import type { NodeOf } from "../../graph/node.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import type { Backward, Cotangent, Rule } from "../rule.ts";
import { loop as makeLoop, sliceOf } from "./loop.ts";

export const loop: Rule<"loop"> = {
  gradient: backwards,
  // It is split as its body is, with the loop's own dim whole.
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { dim } }) => ({ whole: [dim.name] }),
};

/**
 * Another loop, whose body computes the body's outputs again and then the cotangents of its inputs:
 * of slices to be stacked, of whole operands to be summed.
 */
function backwards(
  node: NodeOf<"loop">,
  dys: readonly Cotangent[],
  { vjp, wanted }: Backward,
): readonly Cotangent[] {
  const { dim, sliced, summed, body } = node.attributes;
  const stacked = dys.slice(summed).filter((dy) => dy !== undefined);
  const stand = stacked.map((dy, i) => sliceOf(dy, dim, sliced + i));
  const whole = dys.slice(0, summed);
  const inBody = [...whole, ...dys.slice(summed).map((dy) => dy && stand[stacked.indexOf(dy)])];
  const operands = node.operands.flatMap((x, i) => (wanted(x) ? [i] : []));
  const dxs = vjp(
    body.outputs,
    operands.map((i) => body.inputs[i]!),
    inBody,
  );
  const found = dxs.flatMap((dx, i) => (dx ? [{ dx, operand: operands[i]! }] : []));
  const toSum = found.filter(({ operand }) => operand >= sliced);
  const outputs = [...toSum, ...found.filter(({ operand }) => operand < sliced)];
  const constants = whole.filter((dy) => dy !== undefined);
  const order = <T>(all: readonly T[], slices: readonly T[], more: readonly T[]) => [
    ...all.slice(0, sliced),
    ...slices,
    ...all.slice(sliced),
    ...more,
  ];
  const results = makeLoop(
    { dim, sliced: sliced + stacked.length, summed: toSum.length },
    order<AnyTensor>(node.operands, stacked, constants),
    order<AnyTensor>(body.inputs, stand, constants),
    outputs.map(({ dx }) => dx),
  );
  return node.operands.map((_, i) => results[outputs.findIndex((o) => o.operand === i)]);
}
