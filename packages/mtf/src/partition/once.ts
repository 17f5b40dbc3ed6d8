import type { NodeOf } from "../graph/node.ts";
import { type AnyTensor, tensorOf } from "../graph/tensor.ts";
import { bodyScope, enter, partitionBody, readSettled, usedResults } from "./insideRegion.ts";
import { define, type PartitionNodes, type Scope, versionsOf } from "./scope.ts";
import { stickToBody, stickToOutside } from "./stuckInside.ts";
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
  node.operands.forEach((operand: AnyTensor, i) => {
    enter(scope, inner, operand, body.inputs[i]!, readSettled(scope, operand));
  });
  const results = usedResults(scope, node);
  const outputs = results.map((i) => body.outputs[i]!);
  partitionBody(scope, inner, node, results, outputs, partitionNodes);
  for (const i of results) {
    const versions = versionsOf(inner, body.outputs[i]!);
    readWhereItLies(inner.builder, versions);
    define(scope, tensorOf(node, i), newVersions(scope.builder, versions.home, versions.origin));
  }
  stickToOutside(scope.stuck, node);
}
