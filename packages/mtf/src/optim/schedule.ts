import { MtfError } from "../errors.ts";
import { type AnyTensor, isTensor, type Scalar } from "../graph/tensor.ts";
import { apply } from "../ops/elementwise/apply.ts";

/** A number that depends on the step: of a step that is a number, or part of the program. */
export interface Schedule {
  (step: number): number;
  (step: Scalar<"int32"> | Scalar): Scalar;
}

/** When a decay begins and ends, and which part of the whole is left after it. */
export interface DecayOptions {
  readonly begin?: number;
  readonly end: number;
  readonly floor?: number;
}

/**
 * A learning rate: a linear warm-up times a decay from `begin` to `end`, by default from step 0.
 *
 * @throws MtfError `bad-argument` for a decay without a positive length
 * @example
 * const rate = schedule({ rate: 6e-4, warmup: 3000, decay: "cosine", end: 300_000, floor: 0.1 });
 * adam(state, gradient, { rate });
 */
export function schedule(
  options: { readonly rate: number; readonly warmup?: number } & (
    | { readonly decay?: "constant" }
    | (DecayOptions & { readonly decay: "cosine" | "linear" })
  ),
): Schedule {
  const { rate, warmup = 0 } = options;
  const warm = linearWarmup(warmup);
  const decay =
    options.decay === "cosine"
      ? cosineDecay(options)
      : options.decay === "linear"
        ? linearDecay(options)
        : constantRate(1);
  return formula((step) => times(rate, times(at(warm, step), at(decay, step))));
}

/** The same number at every step. @example constantRate(1e-3)(100) // 0.001 */
export function constantRate(rate: number): Schedule {
  return formula((step) => (typeof step === "number" ? rate : plus(times(step, 0), rate)));
}

/** From 0 to 1 in equal parts over the first steps. @example linearWarmup(100)(50) // 0.5 */
export function linearWarmup(steps: number): Schedule {
  return steps > 0 ? formula((step) => least(times(step, 1 / steps), 1)) : constantRate(1);
}

/** From 1 to `floor` in equal parts. @example linearDecay({ end: 100 })(25) // 0.75 */
export function linearDecay(options: DecayOptions): Schedule {
  const { floor = 0 } = options;
  return formula((step) => plus(times(progress(step, options), floor - 1), 1));
}

/** From 1 to `floor` along half a cosine. @example cosineDecay({ end: 100 })(50) // 0.5 */
export function cosineDecay(options: DecayOptions): Schedule {
  const { floor = 0 } = options;
  const half = (1 - floor) / 2;
  return formula((step) =>
    plus(times(cosine(times(progress(step, options), Math.PI)), half), half + floor),
  );
}

/** How much of a decay is done, from 0 to 1. */
function progress(step: Value, { begin = 0, end }: DecayOptions): Value {
  if (!(end > begin)) {
    throw new MtfError("bad-argument", `a decay from step ${begin} to ${end} has no length.`);
  }
  const done = times(plus(step, -begin), 1 / (end - begin));
  return most(least(done, 1), 0);
}

// One formula serves numbers and tensors, so what is logged is what was used.
type Value = number | AnyTensor;

const both =
  (fn: "add" | "mul" | "minimum" | "maximum", plain: (x: number, y: number) => number) =>
  (x: Value, y: Value): Value =>
    typeof x === "number" && typeof y === "number" ? plain(x, y) : apply(fn, x, y);

const plus = both("add", (x, y) => x + y);
const times = both("mul", (x, y) => x * y);
const least = both("minimum", Math.min);
const most = both("maximum", Math.max);
const cosine = (x: Value): Value => (typeof x === "number" ? Math.cos(x) : apply("cos", x));

function formula(of: (step: Value) => Value): Schedule {
  return ((step: Value) => {
    if (!isTensor(step)) return of(step);
    return of(step.dtype === "float32" ? step : apply("toFloat32", step));
  }) as never;
}

function at(part: Schedule, step: Value): Value {
  return part(step as never);
}
