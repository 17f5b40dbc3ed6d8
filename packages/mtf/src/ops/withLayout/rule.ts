import type { Rule } from "../rule.ts";
import { laidOut } from "./withLayout.ts";

export const withLayout: Rule<"withLayout"> = {
  gradient: ({ attributes: { rules }, operands: [x] }, [dy]) => [
    dy && laidOut(dy, { rules, gradientOf: x! }),
  ],
  elements: "mixed",
  empty: "zero",
  partition: () => ({}),
  flops: () => 0,
};
