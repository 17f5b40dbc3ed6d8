import { type Graph, nodesOf } from "../graph/graph.ts";
import { attributedTo, type Node } from "../graph/node.ts";
import { type AnyTensor, endOf } from "../graph/tensor.ts";
import { spread } from "../ops/broadcast/broadcast.ts";
import { rules } from "../ops/rules.ts";
import { remembered } from "./plan/remembered.ts";
import {
  define,
  innerScope,
  type PartitionNodes,
  type Scope,
  settledValue,
  versionsOf,
} from "./scope.ts";

/** What computes a composite's results by primitives, and gives their dims in the same order. */
export function primitivesOf(node: Node): readonly AnyTensor[] {
  const expand = rules[node.kind].expand as (node: Node) => readonly AnyTensor[];
  return attributedTo(node, () => expand(node).map((x, i) => spread(x, node.results[i]!.dims)));
}

/**
 * A composite whose whole dim is cut: its primitives take its place. They may give its results with
 * dims in another order, as operands may come in any; what stands for a result has them in its own.
 */
export function partitionExpanded(scope: Scope, node: Node, partitionNodes: PartitionNodes): void {
  const outputs = remembered(scope.plan.expanded, node, () => primitivesOf(node));
  for (const operand of node.operands) settledValue(scope, operand);
  const graph: Graph = { inputs: node.operands, outputs };
  const nodes = nodesOf(graph);
  const inner = innerScope(scope, graph, nodes);
  partitionNodes(inner, nodes);
  outputs.forEach((output, i) => {
    define(scope, endOf(node, i), versionsOf(inner, output));
  });
}
