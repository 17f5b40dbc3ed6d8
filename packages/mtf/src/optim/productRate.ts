import { functionArgument, numberArgument, optionsArgument, wrongArgument } from "../arguments.ts";
import { at, formula, type Schedule, times, type Value } from "./formula.ts";
import { linearDecay, linearWarmup } from "./schedule.ts";

/**
 * Schedules and numbers, multiplied.
 *
 * @throws MtfError `bad-argument` for a factor that is neither, or where there is none
 * @example
 * const rate = productRate(0.5, inverseSquareRoot({ warmup: 100 }), linearDecay({ begin: 800, end: 1000 }));
 */
export function productRate(...factors: readonly (number | Schedule)[]): Schedule {
  if (factors.length === 0) {
    throw wrongArgument("productRate", "factors[0]", "a number or a schedule", undefined);
  }
  for (const [i, factor] of factors.entries()) {
    if (typeof factor === "number") numberArgument("productRate", `factors[${i}]`, factor);
    else functionArgument("productRate", `factors[${i}]`, factor);
  }
  return formula((step) =>
    factors.reduce<Value>(
      (so, factor) => times(so, typeof factor === "number" ? factor : at(factor, step)),
      1,
    ),
  );
}

/**
 * A linear warm-up, the whole rate, and a linear decay to `floor` over the last steps (Hu and others,
 * 2024): a run can go on from before its decay for as long as wanted.
 *
 * @param options.end the step at which the decay ends
 * @param options.decay how many steps it takes
 * @example
 * const rate = warmupStableDecay({ rate: 6e-4, warmup: 2000, decay: 10_000, end: 100_000 });
 */
export function warmupStableDecay(options: {
  readonly rate: number;
  readonly warmup: number;
  readonly decay: number;
  readonly end: number;
  readonly floor?: number | undefined;
}): Schedule {
  const fn = "warmupStableDecay";
  optionsArgument(fn, "options", options, ["rate", "warmup", "decay", "end", "floor"]);
  const { rate, warmup, decay, end, floor = 0 } = options;
  for (const [name, value] of Object.entries({ rate, warmup, end, floor })) {
    numberArgument(fn, `options.${name}`, value);
  }
  numberArgument(fn, "options.decay", decay, { min: 1 });
  return productRate(rate, linearWarmup(warmup), linearDecay({ begin: end - decay, end, floor }));
}
