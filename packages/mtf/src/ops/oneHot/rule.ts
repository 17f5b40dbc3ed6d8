import type { Rule } from "../rule.ts";

export const oneHot: Rule<"oneHot"> = {
  gradient: () => [],
  elements: "mixed",
  empty: "zero",
  partition: () => ({}),
};
