import { numberArgument, numberOptions, optionsArgument, wordArgument } from "../../arguments.ts";
import { type Dimension, elements } from "../../dimension.ts";
import { fill } from "../../ops/constant/constant.ts";
import { normal, uniform } from "../../ops/random/random.ts";
import type { Initializer } from "./parameter.ts";

/** Initial values of a weight, which depend on the dims that it leads from and to. */
export type WeightInitializer = (
  from: readonly Dimension[],
  to: readonly Dimension[],
) => Initializer;

/** The same number everywhere. @example parameter([embd], constantly(1)) */
export function constantly(value: number): Initializer {
  numberArgument("constantly", "value", value);
  return (_, dims) => fill(dims as never, value) as never;
}

/**
 * From a normal distribution; by default the mean is 0 and the standard deviation (`std`) 1.
 *
 * @throws MtfError `bad-argument`, `unknown-option`
 * @example
 * parameter([vocab, embd], normally({ std: 0.02 }));
 */
export function normally(
  options: { readonly mean?: number | undefined; readonly std?: number | undefined } = {},
): Initializer {
  const given = numberOptions("normally", options, { mean: 0, std: 1 });
  return (key, dims) => normal(key, dims as never, given) as never;
}

/**
 * Spread evenly from `min` up to `max`, by default from 0 to 1.
 *
 * @throws MtfError `bad-argument`, `unknown-option`
 * @example
 * parameter([embd], evenly({ min: -0.1, max: 0.1 }));
 */
export function evenly(
  options: { readonly min?: number | undefined; readonly max?: number | undefined } = {},
): Initializer {
  const given = numberOptions("evenly", options, { min: 0, max: 1 });
  return (key, dims) => uniform(key, dims as never, given) as never;
}

/** How variance scaling scales. */
export interface ScalingOptions {
  /** The variance times the number it is divided by; 1 by default. */
  readonly scale?: number | undefined;
  /** By which number of elements: those summed (`in`, the default), those made, or their mean. */
  readonly by?: "in" | "out" | "mean" | undefined;
  /** `normal` by default. */
  readonly distribution?: "normal" | "uniform" | undefined;
}

/**
 * Numbers around 0 with a variance of `scale` over the number of elements that are summed, so that a
 * layer's results are as large as what it is given: with 1 and `in` LeCun's, with `mean` and `uniform`
 * Glorot's, with 2 He's initial values.
 *
 * @throws MtfError `bad-argument`, `unknown-option`
 * @example
 * const params = denseParams([embd], [hidden], { initial: varianceScaling({ scale: 2 }) });
 */
export function varianceScaling(options: ScalingOptions = {}): WeightInitializer {
  const op = "varianceScaling";
  optionsArgument(op, "options", options, ["scale", "by", "distribution"]);
  const { scale = 1, by = "in", distribution = "normal" } = options;
  numberArgument(op, "options.scale", scale, { min: 0 });
  wordArgument(op, "options.by", by, ["in", "out", "mean"]);
  wordArgument(op, "options.distribution", distribution, ["normal", "uniform"]);
  return (from, to) => {
    const [fanIn, fanOut] = [elements(from), elements(to)];
    const n = by === "in" ? fanIn : by === "out" ? fanOut : (fanIn + fanOut) / 2;
    const std = Math.sqrt(scale / n);
    const bound = Math.sqrt(3) * std;
    return distribution === "normal" ? normally({ std }) : evenly({ min: -bound, max: bound });
  };
}
