import type { Rule } from "../rule.ts";

export const iota: Rule<"iota"> = {
  gradient: () => [],
  elements: "mixed",
  empty: "zero",
  partition: () => ({}),
  flops: () => 0,
};
