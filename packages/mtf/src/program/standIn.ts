import type { Node } from "../graph/node.ts";
import { tensorOf } from "../graph/tensor.ts";
import type { Compute, Value } from "./program.ts";

/**
 * An op of a program as the node of a graph, for rules that look at nodes. Its operands count as finite:
 * what a value was computed from is not known here.
 */
export function nodeOf(
  { op: { kind, attributes } }: Compute,
  operands: readonly Value[],
  results: readonly Value[],
): Node {
  return { kind, attributes, operands: operands.map(standIn), results } as unknown as Node;
}

function standIn(value: Value) {
  return tensorOf({ kind: "random", results: [value] } as unknown as Node, 0);
}
