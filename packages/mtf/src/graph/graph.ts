import type { Node } from "./node.ts";
import type { AnyTensor } from "./tensor.ts";

/**
 * A traced function: what it is given and what it gives. Its nodes are what the outputs reach on
 * the way to the inputs. Any tensor can be an input: what it was computed from is then not part of
 * the graph.
 */
export interface Graph {
  readonly inputs: readonly AnyTensor[];
  readonly outputs: readonly AnyTensor[];
}

/** A key by which two handles of one value are equal. */
export function sameTensor(a: AnyTensor, b: AnyTensor): boolean {
  return a["~node"] === b["~node"] && a["~result"] === b["~result"];
}

/** A graph stays as it is, and every stage asks for its nodes. */
const known = new WeakMap<Graph, readonly Node[]>();

/** The nodes of a graph, in the order they were made. */
export function nodesOf(graph: Graph): readonly Node[] {
  let nodes = known.get(graph);
  if (!nodes) {
    nodes = reached(graph);
    known.set(graph, nodes);
  }
  return nodes;
}

function reached(graph: Graph): readonly Node[] {
  // Nodes that have one result, which is given, and the given results of others.
  const whole = new Set<Node>();
  const parts = new Map<Node, Set<number>>();
  for (const { "~node": node, "~result": result } of graph.inputs) {
    if (node.results.length === 1) whole.add(node);
    else parts.set(node, (parts.get(node) ?? new Set()).add(result));
  }
  const seen = new Set<Node>();
  const stack = [...graph.outputs];
  while (stack.length > 0) {
    const tensor = stack.pop()!;
    const node = tensor["~node"];
    if (seen.has(node) || whole.has(node) || parts.get(node)?.has(tensor["~result"])) continue;
    seen.add(node);
    for (const operand of node.operands) stack.push(operand);
  }
  return [...seen].sort((a, b) => a.order - b.order);
}
