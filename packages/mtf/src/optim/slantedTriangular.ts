import { numberArgument, optionsArgument } from "../arguments.ts";
import { formula, least, plus, type Schedule, times } from "./formula.ts";

/**
 * A short linear rise and a long linear fall (Howard and Ruder, 2018): from `1 / ratio` of the rate up
 * to all of it, and back.
 *
 * @param options.rate the highest
 * @param options.end the step at which the fall ends
 * @param options.begin the step at which the rise begins; default 0
 * @param options.cut the part of all steps that rise; default 0.1
 * @param options.ratio default 32
 * @example
 * const rate = slantedTriangular({ rate: 0.01, end: 1000 });
 */
export function slantedTriangular(options: {
  readonly rate: number;
  readonly end: number;
  readonly begin?: number | undefined;
  readonly cut?: number | undefined;
  readonly ratio?: number | undefined;
}): Schedule {
  const fn = "slantedTriangular";
  optionsArgument(fn, "options", options, ["rate", "end", "begin", "cut", "ratio"]);
  const { rate, end, begin = 0, cut = 0.1, ratio = 32 } = options;
  numberArgument(fn, "options.rate", rate);
  numberArgument(fn, "options.begin", begin);
  numberArgument(fn, "options.end", end, { min: begin + 1 });
  numberArgument(fn, "options.cut", cut, { min: 0, max: 1 });
  numberArgument(fn, "options.ratio", ratio, { min: 1 });
  const [rise, all] = [cut * (end - begin), end - begin];
  return formula((step) => {
    const done = plus(step, -begin);
    const up = rise > 0 ? times(done, 1 / rise) : 1;
    const down = rise < all ? times(plus(times(done, -1), all), 1 / (all - rise)) : 1;
    const height = least(up, down);
    return times(plus(times(height, ratio - 1), 1), rate / ratio);
  });
}
