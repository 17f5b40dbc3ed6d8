import { elements } from "../../dimension.ts";
import type { Rule } from "../rule.ts";

export const random: Rule<"random"> = {
  gradient: () => [],
  elements: "mixed",
  empty: "zero",
  partition: () => ({ whole: ["~key"] }),
  // Twenty rounds of Threefry, five operations each.
  flops: ({ results }) => 100 * elements(results[0]!.dims),
};

export const fold: Rule<"fold"> = {
  gradient: () => [],
  elements: "mixed",
  empty: "zero",
  partition: () => ({ whole: ["~key"] }),
};
