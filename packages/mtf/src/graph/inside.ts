import { type Graph, nodesOf } from "./graph.ts";
import type { Node, NodeOf } from "./node.ts";
import type { Rounds } from "./rounds.ts";
import type { AnyTensor } from "./tensor.ts";

/** All that a region computes from its body's inputs: its outputs, and then what steers it or is done otherwise. */
export function insideOf({ body, rounds }: NodeOf<"region">["attributes"]): Graph {
  const besides = besidesOf(rounds);
  // The body itself has had its nodes found before.
  return besides.length === 0
    ? body
    : { inputs: body.inputs, outputs: [...body.outputs, ...besides] };
}

/** The nodes inside of a region, and of those that are inside of it; none of what is no region. */
export function nodesInside(node: Node): readonly Node[] {
  if (node.kind !== "region") return [];
  return nodesOf(insideOf(node.attributes)).flatMap((own) => [own, ...nodesInside(own)]);
}

function besidesOf(rounds: Rounds): readonly AnyTensor[] {
  switch (rounds.kind) {
    case "while":
      return [rounds.condition];
    case "either":
      return rounds.otherwise;
    case "each":
    case "once":
      return [];
  }
}
