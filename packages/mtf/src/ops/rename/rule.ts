import type { Rule } from "../rule.ts";
import { renamed } from "./rename.ts";

export const rename: Rule<"rename"> = {
  gradient: ({ attributes: { from, to } }, [dy]) => [dy && renamed(dy, to, from)],
  elements: "viewed",
  empty: "zero",
  partition: ({ attributes: { from, to } }) => ({ alias: { [from]: to }, linear: [[0]] }),
  flops: () => 0,
};
