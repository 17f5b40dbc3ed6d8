import { nodesOf } from "../graph/graph.ts";
import type { Node, NodeOf } from "../graph/node.ts";
import { besidesOf, type Rounds } from "../graph/rounds.ts";
import { type AnyTensor, tensorOf } from "../graph/tensor.ts";
import type { TracedLeaves } from "../trace.ts";

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
  const originals = new Map<Node, Node>();
  /** What stands for the results of nodes that are no longer as they were. */
  const anew = new Map<Node, readonly AnyTensor[]>();
  let found = false;
  const standing = (x: AnyTensor): AnyTensor => anew.get(x["~node"])?.[x["~result"]] ?? x;

  const open = ({ operands, attributes: { body } }: NodeOf<"region">): readonly AnyTensor[] => {
    found = true;
    body.inputs.forEach((input, i) => {
      const operand: AnyTensor = operands[i]!;
      if (input["~node"] !== operand["~node"]) anew.set(input["~node"], [standing(operand)]);
    });
    nodesOf(body).forEach(renew);
    return body.outputs.map(standing);
  };
  const opened = (node: Node): Node => {
    if (node.kind === "withLayout") return ofStanding(node);
    if (node.kind !== "region") return node;
    const { body, rounds } = node.attributes;
    const before = [...body.outputs, ...besidesOf(rounds)];
    nodesOf({ inputs: body.inputs, outputs: before }).forEach(renew);
    const [inputs, outputs] = [body.inputs.map(standing), body.outputs.map(standing)];
    if (same(inputs, body.inputs) && same(before.map(standing), before)) return node;
    const attributes = {
      ...node.attributes,
      body: { inputs, outputs },
      rounds: standingRounds(rounds),
    };
    return { ...node, attributes };
  };
  /** A gradient goes on as what stands for the value that it is of. */
  const ofStanding = (node: NodeOf<"withLayout">): Node => {
    const { gradientOf } = node.attributes;
    if (!gradientOf || standing(gradientOf) === gradientOf) return node;
    return { ...node, attributes: { ...node.attributes, gradientOf: standing(gradientOf) } };
  };
  const standingRounds = (rounds: Rounds): Rounds => {
    switch (rounds.kind) {
      case "while":
        return { ...rounds, condition: standing(rounds.condition) };
      case "either":
        return { ...rounds, otherwise: rounds.otherwise.map(standing) };
      case "each":
      case "once":
        return rounds;
    }
  };
  const renew = (node: Node): void => {
    if (anew.has(node)) return;
    if (node.kind === "region" && node.attributes.rounds.kind === "once") {
      anew.set(node, open(node));
      return;
    }
    const own = opened(node);
    const operands = node.operands.map(standing);
    if (own === node && same(operands, node.operands)) return;
    const made = { ...own, operands };
    originals.set(made, node);
    anew.set(
      node,
      made.results.map((_, i) => tensorOf(made, i)),
    );
  };

  nodesOf(traced.graph).forEach(renew);
  if (!found) return undefined;
  const { inputs } = traced;
  const outputs = traced.outputs.map(({ path, tensor }) => ({ path, tensor: standing(tensor) }));
  const graph = { inputs: traced.graph.inputs, outputs: outputs.map(({ tensor }) => tensor) };
  return { traced: { graph, inputs, outputs }, originals };
}

function same(a: readonly AnyTensor[], b: readonly AnyTensor[]): boolean {
  return a.every((x, i) => x === b[i]);
}
