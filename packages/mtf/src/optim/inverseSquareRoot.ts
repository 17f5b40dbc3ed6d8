import { numberArgument, optionsArgument } from "../arguments.ts";
import { formula, least, most, plus, power, type Schedule, times } from "./formula.ts";

/**
 * 1 / √steps, and before the end of a warm-up that of its last step (Mesh-TensorFlow's
 * `truncated_rsqrt`).
 *
 * @param options.warmup steps; default 10,000
 * @param options.begin the step that is counted as the first; default 0
 * @example
 * inverseSquareRoot({ warmup: 100 })(400) // 0.05
 */
export function inverseSquareRoot(
  options: { readonly warmup?: number | undefined; readonly begin?: number | undefined } = {},
): Schedule {
  optionsArgument("inverseSquareRoot", "options", options, ["warmup", "begin"]);
  const { warmup = 10_000, begin = 0 } = options;
  numberArgument("inverseSquareRoot", "options.warmup", warmup, { min: 1 });
  numberArgument("inverseSquareRoot", "options.begin", begin);
  return formula((step) => power(most(plus(step, -begin), warmup), -0.5));
}

/**
 * The Transformer's own schedule (Vaswani and others, 2017): a linear warm-up, then a decay with
 * 1 / √steps, both times 1 / √width.
 *
 * @param options.width the model's, as 512
 * @param options.warmup steps; default 4,000
 * @example
 * adam(state, gradient, { rate: noam({ width: 512 }), beta2: 0.98, epsilon: 1e-9 });
 */
export function noam(options: {
  readonly width: number;
  readonly warmup?: number | undefined;
}): Schedule {
  optionsArgument("noam", "options", options, ["width", "warmup"]);
  const { width, warmup = 4000 } = options;
  numberArgument("noam", "options.width", width, { min: 1 });
  numberArgument("noam", "options.warmup", warmup, { min: 1 });
  return formula((taken) => {
    const step = plus(taken, 1);
    return times(width ** -0.5, least(power(step, -0.5), times(step, warmup ** -1.5)));
  });
}
