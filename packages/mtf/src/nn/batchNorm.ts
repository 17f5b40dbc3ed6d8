import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Dimensions } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { selectDims, tensorArgument } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { mean } from "../ops/reduce/reduce.ts";
import { constantly } from "./parameters/initializers.ts";
import { type Parameter, parameter } from "./parameters/parameter.ts";

/** A mean and a variance for each feature. */
export interface Moments<N extends string> {
  readonly mean: Tensor<N>;
  readonly variance: Tensor<N>;
}

/** What a batch norm scales by, and adds. */
export interface Affine<N extends string> {
  readonly gain: Tensor<N>;
  readonly bias: Tensor<N>;
}

/** What a batch norm is trained by, and what it averages meanwhile. */
export interface BatchNormParams<N extends string> {
  readonly affine: { readonly gain: Parameter<N>; readonly bias: Parameter<N> };
  /** State rather than weights: `movedMoments` gives the next, and nothing trains them. */
  readonly average: { readonly mean: Parameter<N>; readonly variance: Parameter<N> };
}

/**
 * The parameters of `batchNorm` for some features, and the moments that are averaged over steps.
 *
 * @throws MtfError `duplicate-dim`
 * @example
 * const { affine, average } = batchNormParams([embd]);
 */
export function batchNormParams<const N extends readonly string[]>(
  features: Dimensions<N>,
): BatchNormParams<N[number]> {
  const of = (value: number) => parameter(features, constantly(value));
  return { affine: { gain: of(1), bias: of(0) }, average: { mean: of(0), variance: of(1) } };
}

/**
 * The mean and the variance over some dims, which are split like any others: the numbers are those of
 * the whole batch.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`
 * @example
 * const now = momentsOf(x, "batch", "length"); // [batch, length, embd] -> [embd]
 */
export function momentsOf<A extends string, S extends A>(
  x: Tensor<A>,
  ...over: readonly S[]
): Moments<Exclude<A, S>> {
  const tensor = tensorArgument("momentsOf", "x", x, ["float32"]);
  const names = selectDims("momentsOf", "over", tensor, over).map((d) => d.name);
  const meanOver = (of: AnyTensor): AnyTensor => mean(of as Tensor<string>, ...names);
  const middle = meanOver(tensor);
  const variance = meanOver(apply("square", apply("sub", tensor, middle)));
  return { mean: middle, variance } as never;
}

/**
 * Normalizes by moments, then scales and adds (Ioffe and Szegedy, 2015): in training by those of the
 * batch, otherwise by those that have been averaged meanwhile.
 *
 * @param options.epsilon added to the variance before its root is taken; default 1e-6
 * @throws MtfError `dtype-mismatch`, `size-mismatch`
 * @example
 * const now = momentsOf(x, "batch", "length");
 * const y = batchNorm(x, now, affine);
 * const next = movedMoments(average, now, 0.99);
 */
export function batchNorm<A extends string, N extends A>(
  x: Tensor<A>,
  by: Moments<N>,
  { gain, bias }: Affine<NoInfer<N>>,
  options: { readonly epsilon?: number | undefined } = {},
): Tensor<A> {
  const taken = (argument: string, given: unknown) =>
    tensorArgument("batchNorm", argument, given, ["float32"]);
  const centred = apply("sub", taken("x", x), taken("by.mean", by.mean));
  const variance = taken("by.variance", by.variance);
  optionsArgument("batchNorm", "options", options, ["epsilon"]);
  const epsilon = numberArgument("batchNorm", "options.epsilon", options.epsilon ?? 1e-6);
  const normal = apply("mul", centred, apply("rsqrt", apply("add", variance, epsilon)));
  return apply("add", apply("mul", normal, taken("gain", gain)), taken("bias", bias)) as never;
}

/**
 * The average of moments over steps, to which this step's have been added.
 *
 * @param keep how much of the average before stays: 0 … 1
 * @throws MtfError `bad-argument`, `size-mismatch`, `dtype-mismatch`
 * @example
 * movedMoments(average, now, 0.99);
 */
export function movedMoments<N extends string>(
  average: Moments<N>,
  now: Moments<N>,
  keep: number,
): Moments<N> {
  numberArgument("movedMoments", "keep", keep);
  const moved = (moment: keyof Moments<N>): AnyTensor => {
    const [before, here] = Object.entries({ average, now }).map(([of, moments]) =>
      tensorArgument("movedMoments", `${of}.${moment}`, moments[moment], ["float32"]),
    );
    return apply("add", apply("mul", before!, keep), apply("mul", here!, 1 - keep));
  };
  return { mean: moved("mean"), variance: moved("variance") } as never;
}
