import { elements } from "../../dimension.ts";
import { apply } from "../elementwise/apply.ts";
import type { Rule } from "../rule.ts";

export const adam: Rule<"adam"> = {
  gradient: "expand",
  elements: "alike",
  empty: "zero",
  partition: () => ({}),
  expand: ({ attributes: { beta1, beta2, epsilon, decay }, operands }) => {
    const [p, g, m, v, rate, c1, c2, gate] = operands;
    const mean = apply("add", apply("mul", m!, beta1), apply("mul", g!, 1 - beta1));
    const square = apply("square", g!);
    const variance = apply("add", apply("mul", v!, beta2), apply("mul", square, 1 - beta2));
    const spread = apply("add", apply("sqrt", apply("div", variance, c2!)), epsilon);
    const step = apply("div", apply("div", mean, c1!), spread);
    const change = decay === 0 ? step : apply("add", step, apply("mul", p!, decay));
    const next = apply("sub", p!, apply("mul", rate!, change));
    const open = apply("notEqual", gate!, 0);
    return [
      apply("where", open, next, p!),
      apply("where", open, mean, m!),
      apply("where", open, variance, v!),
    ];
  },
  flops: ({ results }) => 16 * elements(results[0]!.dims),
};
