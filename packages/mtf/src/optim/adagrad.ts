import { numberArgument } from "../arguments.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { type Rule, type StepOptions, type StepState, stateOf, stepBy } from "./stepBy.ts";

/** Parameters, the sums of their gradients' squares, and the steps taken. */
export type AdagradState<P> = StepState<P, "squares">;

export interface AdagradOptions extends StepOptions {
  /** Added to the root of the sum of squares; default 1e-10. */
  readonly epsilon?: number | undefined;
}

/**
 * The state before the first step.
 *
 * @param initial what the sums of squares begin at; default 0
 * @example
 * const state = adagradState(initial(key(1)), 0.1);
 */
export function adagradState<P>(params: P, initial = 0): AdagradState<P> {
  numberArgument("adagradState", "initial", initial, { min: 0 });
  return stateOf("adagradState", params, rule.kept, initial);
}

/**
 * One step of Adagrad (Duchi, Hazan and Singer, 2011).
 *
 * @throws MtfError `wrong-input` unless the trees are alike
 * @example
 * const next = adagrad(adagradState(params), gradient, { rate: 0.01 });
 */
export function adagrad<P>(
  state: AdagradState<P>,
  gradient: NoInfer<P>,
  options: AdagradOptions,
): AdagradState<P> {
  return stepBy("adagrad", rule, state, gradient, options);
}

const rule: Rule<"squares", { readonly epsilon: number }> = {
  kept: ["squares"],
  numbers: { epsilon: 1e-10 },
  direction: (gradient, [before], { epsilon }) => {
    const squares = apply("add", before!, apply("square", gradient));
    const size = apply("add", apply("sqrt", squares), epsilon);
    return { direction: apply("div", gradient, size), kept: [squares] };
  },
};
