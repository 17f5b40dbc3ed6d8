import type { Rule } from "../rule.ts";

export const input: Rule<"input"> = {
  gradient: () => [],
  partition: () => ({}),
  flops: () => 0,
};
