import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import type { ConvolutionOptions } from "../ops/convolution/arguments.ts";
import { convolution } from "../ops/convolution/convolution.ts";
import { linear } from "./linear.ts";

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
