import { numberArgument, optionsArgument, wordArgument } from "../arguments.ts";
import { misuse } from "../ops/check.ts";
import {
  at,
  cosineOf,
  formula,
  least,
  most,
  plus,
  type Schedule,
  times,
  type Value,
} from "./formula.ts";

/** When a decay begins and ends, and which part of the whole is left after it. */
export interface DecayOptions {
  /** Default 0. */
  readonly begin?: number | undefined;
  readonly end: number;
  /** Default 0. */
  readonly floor?: number | undefined;
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
  options: { readonly rate: number; readonly warmup?: number | undefined } & (
    | { readonly decay?: "constant" | undefined }
    | (DecayOptions & { readonly decay: "cosine" | "linear" })
  ),
): Schedule {
  optionsArgument("schedule", "options", options, ["rate", "warmup", ...decayOptions, "decay"]);
  const { rate, warmup = 0, decay: kind = "constant" } = options;
  numberArgument("schedule", "options.rate", rate);
  numberArgument("schedule", "options.warmup", warmup, { min: 0 });
  wordArgument("schedule", "options.decay", kind, ["constant", "cosine", "linear"]);
  const warm = linearWarmup(warmup);
  const decay =
    options.decay === "cosine"
      ? cosine(bounds("schedule", options))
      : options.decay === "linear"
        ? linear(bounds("schedule", options))
        : constantRate(1);
  return formula((step) => times(rate, times(at(warm, step), at(decay, step))));
}

/** The same number at every step. @example constantRate(1e-3)(100) // 0.001 */
export function constantRate(rate: number): Schedule {
  numberArgument("constantRate", "rate", rate);
  return formula((step) => (typeof step === "number" ? rate : plus(times(step, 0), rate)));
}

/** From 0 to 1 in equal parts over the first steps. @example linearWarmup(100)(50) // 0.5 */
export function linearWarmup(steps: number): Schedule {
  numberArgument("linearWarmup", "steps", steps);
  return steps > 0 ? formula((step) => least(times(step, 1 / steps), 1)) : constantRate(1);
}

/** From 1 to `floor` in equal parts. @example linearDecay({ end: 100 })(25) // 0.75 */
export function linearDecay(options: DecayOptions): Schedule {
  optionsArgument("linearDecay", "options", options, decayOptions);
  return linear(bounds("linearDecay", options));
}

function linear(decay: Bounds): Schedule {
  return formula((step) => plus(times(progress(step, decay), decay.floor - 1), 1));
}

/** From 1 to `floor` along half a cosine. @example cosineDecay({ end: 100 })(50) // 0.5 */
export function cosineDecay(options: DecayOptions): Schedule {
  optionsArgument("cosineDecay", "options", options, decayOptions);
  return cosine(bounds("cosineDecay", options));
}

function cosine(decay: Bounds): Schedule {
  const half = (1 - decay.floor) / 2;
  return formula((step) => {
    const wave = cosineOf(times(progress(step, decay), Math.PI));
    return plus(times(wave, half), half + decay.floor);
  });
}

const decayOptions = ["begin", "end", "floor"];

interface Bounds {
  readonly begin: number;
  readonly end: number;
  readonly floor: number;
}

function bounds(fn: string, { begin = 0, end, floor = 0 }: DecayOptions): Bounds {
  for (const [name, value] of Object.entries({ begin, end, floor })) {
    numberArgument(fn, `options.${name}`, value);
  }
  if (end > begin) return { begin, end, floor };
  throw misuse("bad-argument", `${fn}: a decay from step ${begin} to ${end} has no length.`, {});
}

/** How much of a decay is done, from 0 to 1. */
function progress(step: Value, { begin, end }: Bounds): Value {
  const done = times(plus(step, -begin), 1 / (end - begin));
  return most(least(done, 1), 0);
}
