import type { Rule } from "../rule.ts";

export const input: Rule<"input"> = {
  gradient: () => [],
  elements: "mixed",
  empty: "zero",
  partition: () => ({}),
  flops: () => 0,
};
