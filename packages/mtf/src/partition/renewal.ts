import { nodesOf } from "../graph/graph.ts";
import { insideOf } from "../graph/inside.ts";
import type { Node, NodeOf } from "../graph/node.ts";
import type { Rounds } from "../graph/rounds.ts";
import { type AnyTensor, tensorOf } from "../graph/tensor.ts";

/** Nodes made anew, because something else stands for what they are computed from. */
export interface Renewal {
  /** Of the nodes that had to be made anew, those that they are made after. */
  readonly originals: Map<Node, Node>;
  /** What stands for a tensor. */
  readonly standing: (x: AnyTensor) => AnyTensor;
  /** Has tensors stand for a node's results. */
  readonly replace: (node: Node, by: readonly AnyTensor[]) => void;
  /** Makes a node anew if it has to be. Nodes come in the order in which they were made. */
  readonly renew: (node: Node) => void;
}

/** @param instead what is to stand for a node's results, if not the node itself, made anew */
export function renewal(instead: (node: Node) => readonly AnyTensor[] | undefined): Renewal {
  const originals = new Map<Node, Node>();
  /** What stands for the results of nodes that are no longer as they were. */
  const anew = new Map<Node, readonly AnyTensor[]>();
  const standing = (x: AnyTensor): AnyTensor => anew.get(x["~node"])?.[x["~result"]] ?? x;

  const opened = (node: Node): Node => {
    if (node.kind === "withLayout") return ofStanding(node);
    if (node.kind !== "region") return node;
    const { body, rounds } = node.attributes;
    const inside = insideOf(node.attributes);
    nodesOf(inside).forEach(renew);
    const [inputs, outputs] = [body.inputs.map(standing), body.outputs.map(standing)];
    if (same(inputs, body.inputs) && same(inside.outputs.map(standing), inside.outputs))
      return node;
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
  const replace = (node: Node, by: readonly AnyTensor[]) => {
    anew.set(node, by);
  };
  const renew = (node: Node): void => {
    if (anew.has(node)) return;
    const other = instead(node);
    if (other) return replace(node, other);
    const own = opened(node);
    const operands = node.operands.map(standing);
    if (own === node && same(operands, node.operands)) return;
    const made = { ...own, operands };
    originals.set(made, node);
    replace(
      node,
      made.results.map((_, i) => tensorOf(made, i)),
    );
  };
  return { originals, standing, replace, renew };
}

function same(a: readonly AnyTensor[], b: readonly AnyTensor[]): boolean {
  return a.every((x, i) => x === b[i]);
}
