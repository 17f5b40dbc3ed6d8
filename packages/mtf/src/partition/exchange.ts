import type { Node } from "../graph/node.ts";
import { tensorOf } from "../graph/tensor.ts";
import type { Partition } from "../ops/rule.ts";
import { splitAxes } from "../program/placement.ts";
import { addValue } from "./builder.ts";
import { defineValue, originOf, type Scope, settledValue, versionsOf, wanted } from "./scope.ts";
import { readWhereItLies } from "./versions.ts";

/** An op along a cut dim whose elements only go elsewhere: one exchange does it. */
export function partitionMove(scope: Scope, node: Node, partition: Partition): void {
  const origin = originOf(node);
  const { dim, offsets, fill } = partition.move!;
  const operands = node.operands.map((operand) => {
    const { id } = settledValue(scope, operand);
    readWhereItLies(scope.builder, versionsOf(scope, operand));
    return id;
  });
  const target = wanted(scope, tensorOf(node, 0));
  const result = addValue(scope.builder, node.results[0]!, target);
  const cut = new Set(operands.flatMap((v) => splitAxes(scope.builder.values[v]!.placement)));
  const axes = scope.layout.mesh.names.filter((axis) => cut.has(axis));
  scope.builder.instructions.push({
    kind: "move",
    name: "exchange",
    axes,
    operands,
    offsets: offsets.map((offset) => ({ [dim]: offset })),
    fill,
    result,
    origin,
  });
  defineValue(scope, tensorOf(node, 0), result, origin);
}
