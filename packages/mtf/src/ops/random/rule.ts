import type { Rule } from "../rule.ts";

export const random: Rule<"random"> = {
  gradient: () => [],
  partition: () => ({ whole: ["~key"] }),
  // Twenty rounds of Threefry, five operations each.
  flops: ({ results }) => 100 * results[0]!.dims.reduce((n, d) => n * d.size, 1),
};

export const fold: Rule<"fold"> = {
  gradient: () => [],
  partition: () => ({ whole: ["~key"] }),
};
