import { booleanArgument, functionArgument, optionsArgument } from "../arguments.ts";
import type { Dimension, Dimensions } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { tensorArgument } from "../ops/check.ts";
import type { ConvolutionOptions } from "../ops/convolution/arguments.ts";
import { convolution } from "../ops/convolution/convolution.ts";
import { apply } from "../ops/elementwise/apply.ts";
import type { DenseOptions } from "./dense.ts";
import type { Activation } from "./linear.ts";
import { constantly, varianceScaling } from "./parameters/initializers.ts";
import { type Parameter, parameter } from "./parameters/parameter.ts";

/** The parameters of a convolution. */
export type ConvolutionParams<
  T extends string,
  C extends string,
  F extends string,
  Bias extends boolean,
> = Bias extends true
  ? { readonly kernel: Parameter<T | C | F>; readonly bias: Parameter<F> }
  : { readonly kernel: Parameter<T | C | F> };

/**
 * The parameters of `convolutionBlock`: a kernel of so many taps from channels to others, and a bias.
 *
 * @throws MtfError `duplicate-dim`, `unknown-option`
 * @example
 * const taps = [dimension("kernel_row", 3), dimension("kernel_column", 3)] as const;
 * const block = convolutionParams(taps, dimension("channel", 3), dimension("filter", 16));
 */
export function convolutionParams<
  const T extends readonly string[],
  C extends string,
  F extends string,
  const Bias extends boolean = true,
>(
  taps: Dimensions<T>,
  channels: Dimension<C>,
  filters: Dimension<F>,
  options: DenseOptions<Bias> = {},
): ConvolutionParams<T[number], C, F, Bias> {
  const op = "convolutionParams";
  optionsArgument(op, "options", options, ["bias", "initial"]);
  const { bias = true, initial = varianceScaling({ scale: 2 }) } = options;
  booleanArgument(op, "options.bias", bias);
  functionArgument(op, "options.initial", initial);
  const from = [...(taps as readonly Dimension[]), channels];
  const kernel = parameter([...from, filters] as never, initial(from, [filters]));
  return (bias ? { kernel, bias: parameter([filters], constantly(0)) } : { kernel }) as never;
}

/** How a block's kernel goes over a tensor, and what comes after. */
export interface ConvolutionBlockOptions<Dim extends string, C extends string>
  extends ConvolutionOptions<Dim, C> {
  /** Of the sums, the bias included. */
  readonly activation?: Activation | undefined;
}

/**
 * A convolution, then its bias and an activation, if there are any.
 *
 * @throws MtfError as `convolution`
 * @example
 * const along = { row: "kernel_row", column: "kernel_column" } as const;
 * convolutionBlock(photo, { kernel }, along, { over: "channel", activation: relu });
 */
export function convolutionBlock<
  A extends string,
  B extends string,
  const Along extends { readonly [D in A]?: B },
  const C extends A & B = never,
>(
  x: Tensor<A>,
  params: {
    readonly kernel: Tensor<B>;
    // biome-ignore lint/suspicious/noExplicitAny: some of the dims of the result
    readonly bias?: Tensor<any> | undefined;
  },
  along: Along,
  options: ConvolutionBlockOptions<keyof Along & string, C> = {},
): Tensor<Exclude<A | B, Along[keyof Along] | C>> {
  const op = "convolutionBlock";
  optionsArgument(op, "params", params, ["kernel", "bias"]);
  const { activation, ...given } = options;
  if (activation !== undefined) functionArgument(op, "options.activation", activation);
  const summed: AnyTensor = convolution(x, params.kernel, along, given);
  const bias = params.bias && tensorArgument(op, "params.bias", params.bias, ["float32"]);
  const y = (bias ? apply("add", summed, bias) : summed) as Tensor<string>;
  return (activation ? activation(y) : y) as never;
}
