import { apply } from "../ops/elementwise/apply.ts";
import { type Rule, type StepOptions, type StepState, stateOf, stepBy } from "./stepBy.ts";

/** Parameters, the running mean of their gradients, and the steps taken. */
export type LionState<P> = StepState<P, "mean">;

export interface LionOptions extends StepOptions {
  /** How much of the mean is in the direction of a step; default 0.9. */
  readonly beta1?: number | undefined;
  /** How much of the mean is kept in a step; default 0.99. */
  readonly beta2?: number | undefined;
}

/** The state before the first step. @example const state = lionState(initial(key(1))) */
export function lionState<P>(params: P): LionState<P> {
  return stateOf("lionState", params, rule.kept);
}

/**
 * One step of Lion (Chen and others, 2023): each number moves by the rate, whatever its gradient's
 * size. Rates are a third to a tenth of Adam's.
 *
 * @throws MtfError `wrong-input` unless the trees are alike
 * @example
 * const next = lion(lionState(params), gradient, { rate: 1e-4, decay: 0.1 });
 */
export function lion<P>(
  state: LionState<P>,
  gradient: NoInfer<P>,
  options: LionOptions,
): LionState<P> {
  return stepBy("lion", rule, state, gradient, options);
}

const rule: Rule<"mean", { readonly beta1: number; readonly beta2: number }> = {
  kept: ["mean"],
  numbers: { beta1: 0.9, beta2: 0.99 },
  direction: (gradient, [mean], { beta1, beta2 }) => {
    const mixed = (kept: number) =>
      apply("add", apply("mul", mean!, kept), apply("mul", gradient, 1 - kept));
    return { direction: apply("sign", mixed(beta1)), kept: [mixed(beta2)] };
  },
};
