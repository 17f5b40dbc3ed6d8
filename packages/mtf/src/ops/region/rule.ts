import type { Rule } from "../rule.ts";
import { gradientOfOnce } from "./gradientOfOnce.ts";
import { gradientOfRounds } from "./gradientOfRounds.ts";

export const region: Rule<"region"> = {
  gradient: (node, dys, backward) =>
    node.attributes.rounds.kind === "each"
      ? gradientOfRounds(node, node.attributes.rounds, dys, backward)
      : gradientOfOnce(node, node.attributes.rounds, dys, backward),
  // It is split as its body is, with the rounds' own dim whole.
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { rounds } }) =>
    rounds.kind === "each" ? { whole: [rounds.dim.name] } : {},
};
