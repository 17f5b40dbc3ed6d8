import type { Rule } from "../rule.ts";
import { runningSum } from "./cumsum.ts";

export const cumsum: Rule<"cumsum"> = {
  gradient: ({ attributes: { over, exclusive, reverse } }, [dy]) => [
    dy && runningSum(dy, over, exclusive, !reverse),
  ],
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { over } }) => ({ whole: [over], linear: [[0]] }),
};
