import {
  booleanArgument,
  functionArgument,
  numberOptions,
  optionsArgument,
  wrongArgument,
} from "../arguments.ts";
import { type AnyTensor, isTensor, type Scalar, type Tensor } from "../graph/tensor.ts";
import { zipTensors } from "../mapTensors.ts";
import { filled, zerosLike } from "../ops/constant/constant.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { leavesOf, mapLeaves, withLeaves } from "../tree.ts";
import { formula, least, plus, power, type Schedule, times } from "./formula.ts";
import { rootMeanSquare } from "./size.ts";
import { type Factoring, isSquares, normalized, noSquares, type Squares } from "./squares.ts";
import { ownDecay, ownRate, type StepOptions } from "./stepBy.ts";
import { floatTree, gated, gateOf, type Rate, rateAt, scalarArgument, updating } from "./update.ts";

/** A tree with `Squares` in place of each parameter. */
export type SquaresOf<P> =
  P extends Tensor<infer _> ? Squares : { readonly [K in keyof P]: SquaresOf<P[K]> };

/** Parameters, means of their gradients' squares, of steps where asked for, and the steps taken. */
export interface AdafactorState<P> {
  readonly params: P;
  readonly squares: SquaresOf<P>;
  readonly mean?: P;
  readonly step: Scalar<"int32">;
}

export interface AdafactorOptions extends Omit<StepOptions, "rate"> {
  /** Default min(1 / √steps, 0.01), and a twentieth of it where steps are not scaled. */
  readonly rate?: Rate | undefined;
  /** How much of the means of squares is kept in a step; default 1 - steps^-0.8. */
  readonly decayRate?: number | Schedule | undefined;
  /** How much of the mean of steps is kept, in a state that has one; default 0.9. */
  readonly beta1?: number | undefined;
  /** Whether the rate is multiplied by the root mean square of the parameter; default: for all. */
  readonly scales?: ((path: string, parameter: AnyTensor) => boolean) | undefined;
  /** The most that the root mean square of a direction is; default 1, and Infinity for no limit. */
  readonly clippingThreshold?: number | undefined;
  /** Added to squared gradients; default 1e-30. */
  readonly epsilon?: number | undefined;
  /** The least that the rate is multiplied by; default 1e-3. */
  readonly leastScale?: number | undefined;
  /** Dims along which parameters are stacked, as the state was told: each has a scale of its own. */
  readonly stacked?: readonly string[] | undefined;
}

/**
 * The state before the first step.
 *
 * @param options.momentum whether a mean of steps is kept, for `beta1`; default false
 * @example
 * const state = adafactorState(initial(key(1)), { minDimSizeToFactor: 64 });
 */
export function adafactorState<P>(
  params: P,
  options: Factoring & { readonly momentum?: boolean | undefined } = {},
): AdafactorState<P> {
  const fn = "adafactorState";
  return updating(() => {
    floatTree(fn, "params", params);
    const known = ["factored", "minDimSizeToFactor", "stacked", "sides", "momentum"];
    optionsArgument(fn, "options", options, known);
    const { momentum = false, factored = true, sides } = options;
    if (sides !== undefined) functionArgument(fn, "options.sides", sides);
    booleanArgument(fn, "options.momentum", momentum);
    booleanArgument(fn, "options.factored", factored);
    const squares = mapLeaves(params, isTensor, (p, path) => noSquares(p, path, options));
    const [mean] = momentum ? zipTensors(fn, [params], ([p]) => [zerosLike(p!)]) : [];
    const step = filled(0, [], "int32");
    return { params, squares, ...(mean !== undefined && { mean }), step } as never;
  });
}

/**
 * One step of Adafactor (Shazeer and Stern, 2018): Adam's steps, with means of the squares of rows and
 * of columns in place of every number's.
 *
 * @throws MtfError `wrong-input` unless the trees are alike
 * @example
 * const next = adafactor(adafactorState(params), gradient, { rate: 0.01 });
 */
export function adafactor<P>(
  state: AdafactorState<P>,
  gradient: NoInfer<P>,
  options: AdafactorOptions = {},
): AdafactorState<P> {
  const fn = "adafactor";
  return updating(() => {
    optionsArgument(fn, "state", state, ["params", "squares", "mean", "step"]);
    floatTree(fn, "state.params", state.params);
    floatTree(fn, "gradient", gradient);
    const taken = scalarArgument(fn, "state.step", state.step, "int32");
    const numbers = numbersOf(fn, options);
    const gate = gateOf(fn, options.gate);
    const kept = rateAt(fn, options.decayRate ?? usualDecayRate, taken);
    const rate = rateAt(fn, options.rate ?? usualRate, taken);
    const usual = options.rate === undefined;
    // Unscaled, the usual rate is smaller.
    const rateOf = (scaled: boolean) => (usual && !scaled ? apply("mul", rate, 0.05) : rate);
    const before = squaresIn(fn, state);
    const after: Squares[] = [];
    const means = state.mean === undefined ? [] : [state.mean];
    const trees = [state.params, gradient, ...means] as const;
    const results = zipTensors<unknown>(fn, trees, ([p, g, m], path) => {
      const old = before.get(path)!;
      const square = apply("add", apply("square", g!), numbers.epsilon);
      const { direction, squares } = normalized(g!, old, square, kept);
      after.push(gatedSquares(gate, squares, old));
      const scaled = options.scales?.(path, p!) ?? true;
      const own = ownDecay(numbers.decay, options, path, p!);
      const scale = scaled
        ? apply("maximum", rootMeanSquare(p!, options.stacked), numbers.leastScale)
        : undefined;
      const plain = ownRate(rateOf(scaled), options, path, p!);
      const step = apply(
        "mul",
        clipped(direction, numbers.clippingThreshold),
        scale ? apply("mul", plain, scale) : plain,
      );
      const mean =
        m && apply("add", apply("mul", m, numbers.beta1), apply("mul", step, 1 - numbers.beta1));
      const moved = apply("sub", p!, mean ?? step);
      const next =
        own === 0 ? moved : apply("sub", moved, apply("mul", p!, apply("mul", plain, own)));
      return [gated(gate, next, p!), ...(mean ? [gated(gate, mean, m)] : [])];
    });
    const [params, mean] = results;
    const squares = withLeaves(state.squares, isSquares, after);
    const step = gated(gate, apply("add", taken, 1), taken);
    return { params, squares, ...(mean !== undefined && { mean }), step } as never;
  });
}

/** The squares of each parameter by its path. */
function squaresIn<P>(fn: string, state: AdafactorState<P>): ReadonlyMap<string, Squares> {
  floatTree(fn, "state.squares", state.squares);
  const squares = new Map(leavesOf(state.squares, isSquares));
  for (const [path] of leavesOf(state.params, isTensor)) {
    if (squares.has(path)) continue;
    const at = path === "" ? "state.squares" : `state.squares/${path}`;
    throw wrongArgument(fn, at, "what adafactorState made", undefined);
  }
  return squares;
}

const usualDecayRate = formula((taken) => plus(times(power(plus(taken, 1), -0.8), -1), 1));

const usualRate = formula((taken) => least(power(plus(taken, 1), -0.5), 0.01));

/** A direction whose root mean square is at most the limit. */
function clipped(direction: AnyTensor, limit: number): AnyTensor {
  if (limit === Infinity) return direction;
  const excess = apply("mul", rootMeanSquare(direction), 1 / limit);
  return apply("div", direction, apply("maximum", excess, 1));
}

function gatedSquares(gate: AnyTensor | undefined, next: Squares, now: Squares): Squares {
  if (!gate) return next;
  const old = now as Readonly<Record<string, AnyTensor>>;
  return mapLeaves(next, isTensor, (x, name) => gated(gate, x, old[name]!)) as Squares;
}

function numbersOf(fn: string, options: AdafactorOptions) {
  optionsArgument(fn, "options", options, known);
  const { rate: _, decayRate: __, gate: ___, stacked: ____, ...rest } = options;
  const { decays, rates, scales, ...numbers } = rest;
  for (const [name, of] of Object.entries({ decays, rates, scales })) {
    if (of !== undefined) functionArgument(fn, `options.${name}`, of);
  }
  return numberOptions(fn, numbers, defaults);
}

const defaults = { beta1: 0.9, clippingThreshold: 1, epsilon: 1e-30, leastScale: 1e-3, decay: 0 };

const known = [
  ...["rate", "decayRate", "gate", "stacked", "decays", "rates", "scales"],
  ...Object.keys(defaults),
];
