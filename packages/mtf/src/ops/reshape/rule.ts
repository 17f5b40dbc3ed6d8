import { dimsOf } from "../../graph/tensor.ts";
import type { Rule } from "../rule.ts";
import { reshaped } from "./reshape.ts";

export const reshape: Rule<"reshape"> = {
  gradient: ({ attributes: { from, to }, operands }, [dy]) => {
    const old = from.map((name) => dimsOf(operands[0]!).find((d) => d.name === name)!);
    const names = to.map((d) => d.name);
    return [dy && reshaped(dy, names, old)];
  },
  elements: "viewed",
  empty: "zero",
  // The slowest dim goes on under its new name, where the cuts of both sides fall on the same elements.
  partition: ({ attributes: { from, to }, operands }) => {
    const [first, ...others] = from;
    const [target, ...rest] = to;
    const { size } = dimsOf(operands[0]!).find((d) => d.name === first)!;
    // A dim that is there before and after is not the same one.
    const faster = others.map((name) => (name === target!.name ? `${name} before` : name));
    const renamed = [first!, ...others].map((name, i) => {
      return [name, [target!.name, ...faster][i]!] as const;
    });
    return {
      alias: Object.fromEntries(renamed.filter(([before, after]) => before !== after)),
      whole: [...faster, ...rest.map((d) => d.name)],
      ...(size !== target!.size && { even: { dim: target!.name, sizes: [size, target!.size] } }),
      linear: [[0]],
    };
  },
  flops: () => 0,
};
