import { apply } from "../ops/elementwise/apply.ts";
import { type Rule, type StepOptions, type StepState, stateOf, stepBy } from "./stepBy.ts";

/** Parameters, the running mean of their gradients' squares, and the steps taken. */
export type RmspropState<P> = StepState<P, "squares">;

export interface RmspropOptions extends StepOptions {
  /** How much of the mean of squares is kept in a step; default 0.99. */
  readonly keep?: number | undefined;
  /** Added to the root of the mean of squares; default 1e-8. */
  readonly epsilon?: number | undefined;
}

/** The state before the first step. @example const state = rmspropState(initial(key(1))) */
export function rmspropState<P>(params: P): RmspropState<P> {
  return stateOf("rmspropState", params, rule.kept);
}

/**
 * One step of RMSProp (Tieleman and Hinton, 2012).
 *
 * @throws MtfError `wrong-input` unless the trees are alike
 * @example
 * const next = rmsprop(rmspropState(params), gradient, { rate: 1e-3 });
 */
export function rmsprop<P>(
  state: RmspropState<P>,
  gradient: NoInfer<P>,
  options: RmspropOptions,
): RmspropState<P> {
  return stepBy("rmsprop", rule, state, gradient, options);
}

const rule: Rule<"squares", { readonly keep: number; readonly epsilon: number }> = {
  kept: ["squares"],
  numbers: { keep: 0.99, epsilon: 1e-8 },
  direction: (gradient, [before], { keep, epsilon }) => {
    const square = apply("mul", apply("square", gradient), 1 - keep);
    const squares = apply("add", apply("mul", before!, keep), square);
    const size = apply("add", apply("sqrt", squares), epsilon);
    return { direction: apply("div", gradient, size), kept: [squares] };
  },
};
