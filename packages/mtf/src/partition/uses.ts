import type { Graph } from "../graph/graph.ts";
import type { Node } from "../graph/node.ts";
import type { End } from "../graph/tensor.ts";

/** Who reads the results of a graph's nodes. */
export interface Uses {
  /** How many operands and outputs a tensor is. */
  readonly count: (tensor: End) => number;
  /** The only node that reads a tensor, if it is read once and is no output. */
  readonly only: (tensor: End) => Node | undefined;
}

const none: readonly undefined[] = [];

export function usesOf(graph: Graph, nodes: readonly Node[]): Uses {
  const readers = new Map<Node, (Node | undefined)[][]>();
  const read = (tensor: End, reader: Node | undefined) => {
    const node = tensor["~node"];
    let results = readers.get(node);
    if (!results) {
      results = node.results.map(() => []);
      readers.set(node, results);
    }
    results[tensor["~result"]]!.push(reader);
  };
  for (const node of nodes) for (const operand of node.operands) read(operand, node);
  for (const output of graph.outputs) read(output, undefined);
  const of = (tensor: End) => readers.get(tensor["~node"])?.[tensor["~result"]] ?? none;
  return {
    count: (tensor) => of(tensor).length,
    only: (tensor) => (of(tensor).length === 1 ? of(tensor)[0] : undefined),
  };
}
