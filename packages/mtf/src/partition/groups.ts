import { type Graph, nodesOf } from "../graph/graph.ts";
import { attributedTo, makeTensor, type Node, type NodeOf } from "../graph/node.ts";
import { type AnyTensor, endOf } from "../graph/tensor.ts";
import { hasDim } from "../ops/check.ts";
import { groupedByOwed } from "./passing.ts";
import {
  define,
  innerScope,
  lying,
  type PartitionNodes,
  type Scope,
  settledValue,
  versionsOf,
} from "./scope.ts";

/** Whether a sum's terms owe over different axes (or some over none). */
export function sumsOfDifferentAxes(scope: Scope, node: Node): node is NodeOf<"elementwise"> {
  if (node.kind !== "elementwise" || node.attributes.fn !== "add") return false;
  if (node.attributes.scalars.some((s) => s !== null)) return false;
  const owed = new Set(node.operands.map((operand) => lying(scope, operand).partial.join()));
  return owed.size > 1 && (node.operands.length > 2 || owedByAll(scope, node.operands).length > 0);
}

/** The axes that all terms of a sum owe over, where nothing else reads the terms. */
function owedByAll(scope: Scope, terms: readonly AnyTensor[]): readonly string[] {
  if (terms.some((term) => scope.uses.count(term) !== 1)) return [];
  const [first, ...others] = terms.map((term) => lying(scope, term).partial);
  return first!.filter((axis) => others.every((axes) => axes.includes(axis)));
}

/**
 * Adds up the terms that owe over the same axes first, so that each set is settled once; what all
 * owe stays owed, to be settled for the whole sum.
 */
export function partitionInGroups(
  scope: Scope,
  node: NodeOf<"elementwise">,
  partitionNodes: PartitionNodes,
): void {
  const common = owedByAll(scope, node.operands);
  const { dims, dtype } = node.results[0]!;
  // A group may lack dims of the whole sum; what it has comes in the same order.
  const sum = (terms: readonly AnyTensor[]) =>
    terms.length === 1
      ? terms[0]!
      : makeTensor("elementwise", { fn: "add", scalars: terms.map(() => null) }, terms, {
          dims: dims.filter((d) => terms.some((term) => hasDim(term, d.name))),
          dtype,
        });
  const sums = attributedTo(node, () => groupedByOwed(scope, node.operands).map(sum));
  const inner: Graph = { inputs: node.operands, outputs: sums };
  const nodes = nodesOf(inner);
  const groupScope = innerScope(scope, inner, nodes);
  partitionNodes(groupScope, nodes);
  for (const term of sums) settledValue(groupScope, term, common);
  const total = attributedTo(node, () => sums.reduce((a, b) => sum([a, b])));
  const last = nodesOf({ inputs: sums, outputs: [total] });
  const outer = innerScope(scope, { inputs: sums, outputs: [total] }, last);
  partitionNodes(outer, last);
  define(scope, endOf(node, 0), versionsOf(outer, total));
}
