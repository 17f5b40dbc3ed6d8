import type { Rule } from "../rule.ts";
import { laidOut } from "./withLayout.ts";

export const withLayout: Rule<"withLayout"> = {
  gradient: ({ attributes: { rules } }, [dy]) => [dy && laidOut(dy, rules)],
  elements: "mixed",
  empty: "zero",
  partition: () => ({}),
  flops: () => 0,
};
