import { type Graph, nodesOf } from "../graph/graph.ts";
import { attributedTo, type Node } from "../graph/node.ts";
import { type AnyTensor, tensorOf } from "../graph/tensor.ts";
import { spread } from "../ops/broadcast/broadcast.ts";
import {
  define,
  innerScope,
  type PartitionNodes,
  type Scope,
  settledValue,
  versionsOf,
} from "./scope.ts";

/**
 * A composite whose whole dim is cut: its primitives take its place. They may give its results with
 * dims in another order, as operands may come in any; what stands for a result has them in its own.
 */
export function partitionExpanded(
  scope: Scope,
  node: Node,
  expand: (node: Node) => readonly AnyTensor[],
  partitionNodes: PartitionNodes,
): void {
  const known = scope.plan.expanded.get(node);
  const outputs =
    known ?? attributedTo(node, () => expand(node).map((x, i) => spread(x, node.results[i]!.dims)));
  scope.plan.expanded.set(node, outputs);
  for (const operand of node.operands) settledValue(scope, operand);
  const graph: Graph = { inputs: node.operands, outputs };
  const nodes = nodesOf(graph);
  const inner = innerScope(scope, graph, nodes);
  partitionNodes(inner, nodes);
  outputs.forEach((output, i) => {
    define(scope, tensorOf(node, i), versionsOf(inner, output));
  });
}
