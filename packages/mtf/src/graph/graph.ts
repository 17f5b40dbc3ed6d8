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

/** The nodes of a graph, in the order they were made. */
export function nodesOf(graph: Graph): readonly Node[] {
  const given = new Map<Node, Set<number>>();
  for (const { "~node": node, "~result": result } of graph.inputs) {
    given.set(node, (given.get(node) ?? new Set()).add(result));
  }
  const seen = new Set<Node>();
  const stack = [...graph.outputs];
  while (stack.length > 0) {
    const tensor = stack.pop()!;
    const node = tensor["~node"];
    if (seen.has(node) || given.get(node)?.has(tensor["~result"])) continue;
    seen.add(node);
    stack.push(...node.operands);
  }
  return [...seen].sort((a, b) => a.order - b.order);
}
