import type { Rule } from "../rule.ts";

export const fill: Rule<"fill"> = {
  gradient: () => [],
  elements: "mixed",
  empty: "zero",
  partition: () => ({}),
  flops: () => 0,
};

export const literal: Rule<"literal"> = {
  gradient: () => [],
  elements: "mixed",
  empty: "zero",
  partition: () => ({}),
  flops: () => 0,
};
