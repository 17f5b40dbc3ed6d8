import { nodesOf } from "../graph/graph.ts";
import type { NodeOf } from "../graph/node.ts";
import { type AnyTensor, endOf } from "../graph/tensor.ts";
import { bodyScope, enter, partitionBody, readSettled, usedResults } from "./insideRegion.ts";
import { chosenFor } from "./plan/choice.ts";
import { define, type PartitionNodes, type Scope, versionsOf } from "./scope.ts";
import { stickToBody, stickToOutside } from "./stuckInside.ts";
import { usesOf } from "./uses.ts";
import { newVersions, readWhereItLies } from "./versions.ts";

/** A region that runs once is its body, in a scope of its own: what is brought there ends there. */
export function partitionOnce(
  scope: Scope,
  node: NodeOf<"region">,
  partitionNodes: PartitionNodes,
): void {
  const { body } = node.attributes;
  // What is gathered for it serves its whole body, and nothing after it.
  const inner = {
    ...bodyScope(scope, scope.builder.runs, scope.builder.instructions),
    layout: { ...scope.layout, stored: "keep" as const },
    choices: scope.choices,
  };
  stickToBody(scope.stuck, node);
  const results = usedResults(scope, node);
  const outputs = results.map((i) => body.outputs[i]!);
  const graph = { inputs: body.inputs, outputs };
  const uses = usesOf(graph, nodesOf(graph));
  node.operands.forEach((operand: AnyTensor, i) => {
    const input: AnyTensor = body.inputs[i]!;
    const reader = uses.only(input);
    // A sum that passes through what reads it goes in as it is owed, or it would be added up before.
    const passes = reader !== undefined && chosenFor(scope.plan, reader)?.passes === true;
    const read = passes ? readOwing : readSettled;
    enter(scope, inner, operand, input, read(scope, operand));
  });
  partitionBody(scope, inner, node, results, outputs, partitionNodes);
  for (const i of results) {
    const versions = versionsOf(inner, body.outputs[i]!);
    readWhereItLies(inner.builder, versions);
    define(scope, endOf(node, i), newVersions(scope.builder, versions.home, versions.origin));
  }
  stickToOutside(scope.stuck, node);
}

function readOwing(scope: Scope, operand: AnyTensor): number {
  const versions = versionsOf(scope, operand);
  readWhereItLies(scope.builder, versions);
  return versions.home;
}
