import type { Dimension, Dimensions } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import type { ConvolutionOptions } from "../ops/convolution/arguments.ts";
import { convolution } from "../ops/convolution/convolution.ts";
import { linear } from "./linear.ts";
import { varianceScaling, type WeightInitializer } from "./parameters/initializers.ts";
import { type Parameter, parameter } from "./parameters/parameter.ts";

/**
 * The parameters of `separableConvolution`: a kernel for each channel, and a weight from channels to
 * others.
 *
 * @throws MtfError `duplicate-dim`
 * @example
 * const taps = [dimension("tap", 3)] as const;
 * const { each, point } = separableConvolutionParams(taps, dimension("channel", 8), hidden);
 */
export function separableConvolutionParams<
  const T extends readonly string[],
  C extends string,
  F extends string,
>(
  taps: Dimensions<T>,
  channels: Dimension<C>,
  filters: Dimension<F>,
  initial: WeightInitializer = varianceScaling(),
): { readonly each: Parameter<T[number] | C>; readonly point: Parameter<F | C> } {
  return {
    each: parameter([...taps, channels] as never, initial(taps as never, [])),
    point: parameter([filters, channels], initial([channels], [filters])),
  };
}

/**
 * A convolution of each channel alone, and then from channels to others at each place: far fewer weights
 * than a convolution that does both at once.
 *
 * @param each with the kernel's dims and the channels, such as [tap, channel]
 * @param point from channels to others, such as [filter, channel]
 * @throws MtfError as `convolution`
 * @example
 * separableConvolution(x, each, point, { length: "tap" }); // [length, channel] -> [length, filter]
 */
export function separableConvolution<
  A extends string,
  B extends string,
  P extends string,
  const Along extends { readonly [D in A]?: B },
>(
  x: Tensor<A>,
  each: Tensor<B>,
  point: Tensor<P>,
  along: Along,
  options: Omit<ConvolutionOptions<keyof Along & string, never>, "over"> = {},
): Tensor<Exclude<A | Exclude<B, Along[keyof Along]>, P> | Exclude<P, A | B>> {
  const apart: AnyTensor = convolution(x, each, along as never, options as never);
  return linear(apart as Tensor<string>, point as never) as never;
}
