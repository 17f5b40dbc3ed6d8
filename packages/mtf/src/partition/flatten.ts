import { nodesOf } from "../graph/graph.ts";
import type { Node, NodeOf } from "../graph/node.ts";
import type { AnyTensor } from "../graph/tensor.ts";
import type { TracedLeaves } from "../trace.ts";
import { renewal } from "./renewal.ts";

/** A traced function without its regions that run once, and which nodes stand for which of its own. */
export interface Flattened {
  readonly traced: TracedLeaves;
  /** Of the nodes that had to be made anew, those that they are made after. */
  readonly originals: ReadonlyMap<Node, Node>;
}

/**
 * The function as it were without `recompute` and `customGradient`: the body of a region that runs
 * once is part of what is around it, and what is computed in several of them is computed once.
 * Nothing where there is no such region.
 */
export function flattened(traced: TracedLeaves): Flattened | undefined {
  const nodes = nodesOf(traced.graph);
  if (!nodes.some(({ kind }) => kind === "region")) return undefined;
  let found = false;
  const open = ({ operands, attributes: { body } }: NodeOf<"region">): readonly AnyTensor[] => {
    found = true;
    body.inputs.forEach((input, i) => {
      const operand: AnyTensor = operands[i]!;
      if (input["~node"] !== operand["~node"]) replace(input["~node"], [standing(operand)]);
    });
    nodesOf(body).forEach(renew);
    return body.outputs.map(standing);
  };
  const { originals, standing, replace, renew } = renewal((node) => {
    const once = node.kind === "region" && node.attributes.rounds.kind === "once";
    return once ? open(node) : undefined;
  });
  nodes.forEach(renew);
  if (!found) return undefined;
  const { inputs } = traced;
  const outputs = traced.outputs.map(({ path, tensor }) => ({ path, tensor: standing(tensor) }));
  const graph = { inputs: traced.graph.inputs, outputs: outputs.map(({ tensor }) => tensor) };
  return { traced: { graph, inputs, outputs }, originals };
}
