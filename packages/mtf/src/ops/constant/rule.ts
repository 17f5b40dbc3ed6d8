import type { Rule } from "../rule.ts";

export const fill: Rule<"fill"> = {
  gradient: () => [],
  partition: () => ({}),
  flops: () => 0,
};

export const literal: Rule<"literal"> = {
  gradient: () => [],
  partition: () => ({}),
  flops: () => 0,
};
