import type { Node } from "../graph/node.ts";
import { endOf } from "../graph/tensor.ts";
import type { Partition } from "../ops/rule.ts";
import { splitAxes } from "../program/placement.ts";
import type { Value } from "../program/program.ts";
import { type Rest, sameRest } from "../rest/rest.ts";
import { addValue } from "./builder.ts";
import { defineValue, originOf, type Scope, settledValue, versionsOf, wanted } from "./scope.ts";
import { readWhereItLies } from "./versions.ts";
import { widened } from "./widen.ts";

/** An op along a cut dim whose elements only go elsewhere: one exchange does it. */
export function partitionMove(scope: Scope, node: Node, partition: Partition): void {
  const origin = originOf(node);
  const { dim, offsets, fill } = partition.move!;
  const lying = node.operands.map((operand) => {
    const { id } = settledValue(scope, operand);
    readWhereItLies(scope.builder, versionsOf(scope, operand));
    return id;
  });
  const target = wanted(scope, endOf(node, 0));
  const rest = commonRest(
    lying.map((v) => scope.builder.values[v]!),
    fill,
  );
  const operands = rest ? lying : lying.map((v) => widened(scope.builder, v, origin));
  const result = addValue(scope.builder, { ...node.results[0]!, rest }, target);
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
  defineValue(scope, endOf(node, 0), result, origin);
}

/** What elements may rest as on their way: halves, whose bits are the same wherever they lie. */
function commonRest(values: readonly Value[], fill: number): Rest | undefined {
  const [first] = values;
  const alike = values.every(({ rest }) => sameRest(rest, first!.rest));
  return alike && typeof first!.rest === "string" && Object.is(fill, 0) ? first!.rest : undefined;
}
