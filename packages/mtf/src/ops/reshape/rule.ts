import { dimsOf } from "../../graph/tensor.ts";
import type { Rule } from "../rule.ts";
import { reshaped } from "./reshape.ts";

export const reshape: Rule<"reshape"> = {
  gradient: ({ attributes: { from, to }, operands }, [dy]) => {
    const old = from.map((name) => dimsOf(operands[0]!).find((d) => d.name === name)!);
    const names = to.map((d) => d.name);
    return [dy && reshaped(dy, names, old)];
  },
  // Where the cuts of both sides coincide it is local nevertheless; that depends on the mesh.
  elements: "viewed",
  empty: "zero",
  partition: ({ attributes: { from, to } }) => ({
    whole: [...new Set([...from, ...to.map((d) => d.name)])],
    linear: [[0]],
  }),
  flops: () => 0,
};
