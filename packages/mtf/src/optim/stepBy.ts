import { functionArgument, numberOptions, optionsArgument } from "../arguments.ts";
import type { AnyTensor, Scalar } from "../graph/tensor.ts";
import { zipTensors } from "../mapTensors.ts";
import { filled, zerosLike } from "../ops/constant/constant.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { floatTree, gated, gateOf, type Rate, rateAt, scalarArgument, updating } from "./update.ts";

/** What every optimizer that keeps trees like the parameters can be asked. */
export interface StepOptions {
  /** A schedule is given the number of steps taken before this one. */
  readonly rate: Rate;
  /** Which part of a parameter, times the rate, is taken off it in each step; default 0. */
  readonly decay?: number | undefined;
  /** Whether a parameter decays; default: all do. Biases and gains often do not. */
  readonly decays?: ((path: string, parameter: AnyTensor) => boolean) | undefined;
  /** By how much the rate of a parameter is multiplied; default 1. */
  readonly rates?: ((path: string, parameter: AnyTensor) => number) | undefined;
  /** Where it is false, nothing changes, and the step does not count. */
  readonly gate?: Scalar<"bool"> | undefined;
}

/** The decay of one parameter. */
export function ownDecay(
  decay: number,
  { decays }: Pick<StepOptions, "decays">,
  path: string,
  parameter: AnyTensor,
): number {
  return !decays || decays(path, parameter) ? decay : 0;
}

/** The rate of one parameter. */
export function ownRate(
  rate: AnyTensor,
  { rates }: Pick<StepOptions, "rates">,
  path: string,
  parameter: AnyTensor,
): AnyTensor {
  const factor = rates?.(path, parameter) ?? 1;
  return factor === 1 ? rate : apply("mul", rate, factor);
}

/** Parameters, trees like them by name, and the steps taken. */
export type StepState<P, Kept extends string> = {
  readonly params: P;
  readonly step: Scalar<"int32">;
} & { readonly [K in Kept]: NoInfer<P> };

/** The state before the first step, with kept trees that are all one number. */
export function stateOf<P, Kept extends string>(
  fn: string,
  params: P,
  kept: readonly Kept[],
  number = 0,
): StepState<P, Kept> {
  return updating(() => {
    floatTree(fn, "params", params);
    const trees = zipTensors(fn, [params], ([p]) =>
      kept.map(() => (number === 0 ? zerosLike(p!) : apply("add", zerosLike(p!), number))),
    );
    const named = Object.fromEntries(kept.map((name, i) => [name, trees[i]!]));
    return { params, ...named, step: filled(0, [], "int32") } as never;
  });
}

/** How an optimizer moves: which trees it keeps, its numbers, and what it makes of a gradient. */
export interface Rule<Kept extends string, Numbers extends Readonly<Record<string, number>>> {
  readonly kept: readonly Kept[];
  /** Its numbers with their defaults; `decay` is one of them where it has another than 0. */
  readonly numbers: Numbers;
  /** Names of options that it reads itself. */
  readonly others?: readonly string[];
  /** The direction to go against, and what is kept for the next step, in the order of `kept`. */
  readonly direction: (
    gradient: AnyTensor,
    kept: readonly AnyTensor[],
    numbers: Numbers,
    path: string,
  ) => { readonly direction: AnyTensor; readonly kept: readonly AnyTensor[] };
}

/** One step: parameters - rate · (direction + decay · parameters). */
export function stepBy<P, Kept extends string, N extends Readonly<Record<string, number>>>(
  fn: string,
  rule: Rule<Kept, N>,
  state: StepState<P, Kept>,
  gradient: P,
  options: StepOptions,
): StepState<P, Kept> {
  return updating(() => {
    optionsArgument(fn, "state", state, ["params", ...rule.kept, "step"]);
    for (const name of ["params", ...rule.kept] as const) {
      floatTree(fn, `state.${name}`, (state as Readonly<Record<string, unknown>>)[name]);
    }
    floatTree(fn, "gradient", gradient);
    const taken = scalarArgument(fn, "state.step", state.step, "int32");
    const numbers = numbersOf(fn, rule, options);
    const gate = gateOf(fn, options.gate);
    const rate = rateAt(fn, options.rate, taken);
    const trees = [state.params, gradient, ...rule.kept.map((name) => state[name])] as const;
    const results = zipTensors<unknown>(fn, trees, ([p, g, ...kept], path) => {
      const next = rule.direction(g!, kept, numbers, path);
      const own = ownDecay(numbers.decay, options, path, p!);
      const way = own === 0 ? next.direction : apply("add", next.direction, apply("mul", p!, own));
      const moved = apply("sub", p!, apply("mul", way, ownRate(rate, options, path, p!)));
      return [gated(gate, moved, p!), ...next.kept.map((x, i) => gated(gate, x, kept[i]!))];
    });
    const [params, ...kept] = results;
    return {
      params,
      ...Object.fromEntries(rule.kept.map((name, i) => [name, kept[i]])),
      step: gated(gate, apply("add", taken, 1), taken),
    } as never;
  });
}

function numbersOf<N extends Readonly<Record<string, number>>>(
  fn: string,
  { numbers, others = [] }: Rule<string, N>,
  options: StepOptions,
): N & { readonly decay: number } {
  const known = ["rate", "decay", "decays", "rates", "gate", ...Object.keys(numbers), ...others];
  optionsArgument(fn, "options", options, known);
  const { rate: _, decays, rates, gate: __, ...rest } = options;
  if (decays !== undefined) functionArgument(fn, "options.decays", decays);
  if (rates !== undefined) functionArgument(fn, "options.rates", rates);
  const own = Object.entries(rest).filter(([name]) => !others.includes(name));
  return numberOptions(fn, Object.fromEntries(own), { decay: 0, ...numbers });
}
