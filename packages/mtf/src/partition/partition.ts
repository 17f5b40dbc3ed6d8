import { internal } from "../errors.ts";
import type { Node } from "../graph/node.ts";
import { endOf } from "../graph/tensor.ts";
import { partitionByRule } from "./by-rule.ts";
import { partitionInGroups, sumsOfDifferentAxes } from "./groups.ts";
import { partitionOverride } from "./override.ts";
import { partitionRegion } from "./region.ts";
import { partitionReshape } from "./reshape.ts";
import { define, type Scope, versionsOf } from "./scope.ts";
import { stickToResults } from "./stuck.ts";

/** Writes the instructions of nodes, in order, into the scope's program. */
export function partitionNodes(scope: Scope, nodes: readonly Node[]): void {
  for (const node of nodes) partitionNode(scope, node);
}

/** Writes the instructions of a node. */
export function partitionNode(scope: Scope, node: Node): void {
  if (node.kind !== "withLayout" && node.kind !== "region") stickToResults(scope.stuck, node);
  switch (node.kind) {
    case "input":
      throw internal(`input ${node.attributes.path} has no value`);
    case "withLayout":
      return partitionOverride(scope, node);
    case "reshape":
      return partitionReshape(scope, node);
    case "region":
      return partitionRegion(scope, node, partitionNodes);
    case "elementwise":
      if (node.attributes.fn === "identity" && node.operands.length === 1) {
        return define(scope, endOf(node, 0), versionsOf(scope, node.operands[0]!));
      }
      if (sumsOfDifferentAxes(scope, node)) return partitionInGroups(scope, node, partitionNodes);
      return partitionByRule(scope, node, partitionNodes);
    default:
      return partitionByRule(scope, node, partitionNodes);
  }
}
