import type { NodeOf } from "../graph/node.ts";
import { type AnyTensor, endOf } from "../graph/tensor.ts";
import { partitionOf } from "../ops/partitionOf.ts";
import { localReshape } from "../program/localReshape.ts";
import { compute } from "./builder.ts";
import { passingThrough } from "./passing.ts";
import {
  byRules,
  defineValue,
  lying,
  originOf,
  type Scope,
  settledValue,
  valueAt,
  versionsOf,
} from "./scope.ts";

/** A reshape on slices, after gathering the dims whose cuts it would not keep. */
export function partitionReshape(scope: Scope, node: NodeOf<"reshape">): void {
  const origin = originOf(node);
  const operand: AnyTensor = node.operands[0]!;
  const { mesh } = scope.layout;
  const pass = passingThrough(scope, node, partitionOf(node));
  const at =
    pass.operands.length > 0 ? lying(scope, operand) : settledValue(scope, operand).placement;
  const start = scope.stored.has(versionsOf(scope, operand)) ? byRules(scope, operand) : at;
  const local = localReshape(node, start.split, mesh);
  const value = valueAt(scope, operand, { split: local.operand, partial: pass.axes }, origin);
  const [result] = compute(
    scope.builder,
    { kind: "reshape", attributes: node.attributes },
    [value],
    [{ shaped: node.results[0]!, placement: { split: local.result, partial: pass.axes } }],
    origin,
  );
  defineValue(scope, endOf(node, 0), result!, origin);
}
