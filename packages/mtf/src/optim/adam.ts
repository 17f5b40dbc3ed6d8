import { booleanArgument, functionArgument, numberOptions, optionsArgument } from "../arguments.ts";
import type { AnyTensor, Scalar } from "../graph/tensor.ts";
import { zipTensors } from "../mapTensors.ts";
import { adamUpdate } from "../ops/adam/adam.ts";
import { filled, zerosLike } from "../ops/constant/constant.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { ownDecay, ownRate, type StepOptions } from "./stepBy.ts";
import { floatTree, gated, gateOf, rateAt, scalarArgument, updating } from "./update.ts";

/** Parameters, running means of their gradients and of the squares, and the steps taken. */
export interface AdamState<P> {
  readonly params: P;
  readonly mean: P;
  readonly variance: P;
  readonly step: Scalar<"int32">;
}

export interface AdamOptions extends StepOptions {
  /** How much of the mean is kept in a step; default 0.9. */
  readonly beta1?: number | undefined;
  /** How much of the mean of squares is kept in a step; default 0.999. */
  readonly beta2?: number | undefined;
  /** Added to the root of the mean of squares; default 1e-8. */
  readonly epsilon?: number | undefined;
  /** Which part of a parameter, times the rate, is taken off it in each step; default 0, of `adamw` 0.01. */
  readonly decay?: number | undefined;
  /** Makes good for means that begin at 0; default true. */
  readonly biasCorrection?: boolean | undefined;
}

/** The state before the first step. @example const state = adamState(initial(key(1))) */
export function adamState<P>(params: P): AdamState<P> {
  return updating(() => {
    floatTree("adamState", "params", params);
    const like = (p: AnyTensor) => [zerosLike(p), zerosLike(p)];
    const [mean, variance] = zipTensors("adamState", [params], ([p]) => like(p!));
    const step = filled(0, [], "int32") as never;
    return { params, mean: mean!, variance: variance!, step };
  });
}

/**
 * One step of Adam (Kingma and Ba, 2015).
 *
 * @throws MtfError `wrong-input` unless the trees are alike
 * @example
 * const next = adam(state, gradient, { rate: 1e-3 });
 */
export function adam<P>(
  state: AdamState<P>,
  gradient: NoInfer<P>,
  options: AdamOptions,
): AdamState<P> {
  return adamStep("adam", state, gradient, options, 0);
}

function adamStep<P>(
  fn: string,
  state: AdamState<P>,
  gradient: P,
  options: AdamOptions,
  usualDecay: number,
): AdamState<P> {
  return updating(() => {
    const taken = checkState(fn, state, gradient);
    const { beta1, beta2, epsilon, decay } = numbersAmong(fn, options, usualDecay);
    const gate = gateOf(fn, options.gate);
    const step = apply("add", taken, 1);
    const corrected = options.biasCorrection ?? true;
    const one = filled(1, [], "float32");
    const scalars = {
      rate: rateAt(fn, options.rate, taken),
      meanCorrection: corrected ? oneMinusPower(beta1, step) : one,
      varianceCorrection: corrected ? oneMinusPower(beta2, step) : one,
      gate: gate ? apply("toFloat32", gate) : one,
    };
    const trees = zipTensors(
      fn,
      [state.params, gradient, state.mean, state.variance],
      ([parameter, slope, mean, variance], path) => {
        const own = ownDecay(decay, options, path, parameter!);
        const rate = ownRate(scalars.rate, options, path, parameter!);
        const trees = { parameter: parameter!, gradient: slope!, mean: mean!, variance: variance! };
        return adamUpdate({ ...trees, ...scalars, rate }, { beta1, beta2, epsilon, decay: own });
      },
    );
    return {
      params: trees[0]!,
      mean: trees[1]!,
      variance: trees[2]!,
      step: gated(gate, step, taken) as never,
    };
  });
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019): `adam` with a decay of 0.01.
 *
 * @throws MtfError `wrong-input` unless the trees are alike
 * @example
 * adamw(state, gradient, { rate, decay: 0.1, decays: (_, p) => p.names.length > 1 });
 */
export function adamw<P>(
  state: AdamState<P>,
  gradient: NoInfer<P>,
  options: AdamOptions,
): AdamState<P> {
  return adamStep("adamw", state, gradient, options, 0.01);
}

/** The steps taken, of a state that is one. */
function checkState<P>(fn: string, state: AdamState<P>, gradient: P): AnyTensor {
  optionsArgument(fn, "state", state, ["params", "mean", "variance", "step"]);
  floatTree(fn, "state.params", state.params);
  floatTree(fn, "state.mean", state.mean);
  floatTree(fn, "state.variance", state.variance);
  floatTree(fn, "gradient", gradient);
  return scalarArgument(fn, "state.step", state.step, "int32");
}

function numbersAmong(fn: string, options: AdamOptions, usualDecay: number) {
  const { decays, rates, biasCorrection = true, ...rest } = optionsOf(fn, options);
  const { rate: _, gate: __, ...numbers } = rest;
  if (decays !== undefined) functionArgument(fn, "options.decays", decays);
  if (rates !== undefined) functionArgument(fn, "options.rates", rates);
  booleanArgument(fn, "options.biasCorrection", biasCorrection);
  const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: usualDecay };
  return numberOptions(fn, numbers, defaults);
}

function optionsOf(fn: string, options: AdamOptions): AdamOptions {
  const numbers = ["rate", "beta1", "beta2", "epsilon", "decay"];
  const known = [...numbers, "decays", "rates", "gate", "biasCorrection"];
  optionsArgument(fn, "options", options, known);
  return options;
}

/**
 * 1 - base^step. As a difference it would lose half of float32's digits where the power is near 1;
 * with e^x = base^step it is tanh(-x / 2) (1 + e^x).
 */
function oneMinusPower(base: number, step: AnyTensor): AnyTensor {
  if (base === 0) return filled(1, [], "float32");
  const x = apply("mul", apply("toFloat32", step), Math.log(base));
  return apply("mul", apply("tanh", apply("mul", x, -0.5)), apply("add", apply("exp", x), 1));
}
