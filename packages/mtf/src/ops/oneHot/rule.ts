import type { Rule } from "../rule.ts";

export const oneHot: Rule<"oneHot"> = {
  gradient: () => [],
  partition: () => ({}),
};
