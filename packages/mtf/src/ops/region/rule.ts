import type { NodeOf } from "../../graph/node.ts";
import { dimOfRounds } from "../../graph/rounds.ts";
import { tensorOf } from "../../graph/tensor.ts";
import { misuse } from "../check.ts";
import type { Rule } from "../rule.ts";
import { gradientOfEither } from "./gradientOfEither.ts";
import { gradientOfOnce } from "./gradientOfOnce.ts";
import { gradientOfRounds } from "./gradientOfRounds.ts";

export const region: Rule<"region"> = {
  gradient: (node, dys, backward) => {
    const { rounds, carried, sliced } = node.attributes;
    switch (rounds.kind) {
      case "each": {
        const count = rounds.counted ? node.operands[carried + sliced] : undefined;
        return gradientOfRounds(node, { ...rounds, count }, dys, backward);
      }
      case "while": {
        const { most } = rounds;
        if (!most) throw endless(node);
        // The last of what a loop with an end carries counts its rounds.
        const count = tensorOf(node, carried - 1);
        return gradientOfRounds(node, { dim: most, reverse: false, count }, dys, backward);
      }
      case "either":
        return gradientOfEither(node, rounds.otherwise, dys, backward);
      case "once":
        return gradientOfOnce(node, rounds, dys, backward);
    }
  },
  // It is split as its body is, with the rounds' own dim whole.
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { rounds } }) => {
    const dim = dimOfRounds(rounds);
    return dim ? { whole: [dim.name] } : {};
  },
};

function endless(node: NodeOf<"region">) {
  return misuse(
    "no-gradient",
    "whileLoop: a loop that may have any number of rounds has no gradient.",
    { result: tensorOf(node, 0) },
    [
      "whileLoop(condition, body, initial, { atMost: … }), which keeps the states of so many rounds",
    ],
  );
}
