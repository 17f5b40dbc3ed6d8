import type { Tensor } from "../../graph/tensor.ts";
import { requireFree } from "../check.ts";
import { contract } from "../einsum/einsum.ts";
import { addedUp, extentOf } from "../window/windows.ts";
import { overArgument } from "./along.ts";
import { type ConvolutionOptions, convolutionArguments } from "./arguments.ts";

/**
 * The transpose of a convolution: each element adds the kernel, times itself, to the places that the
 * convolution would have it from. A dim gets `stride` times as long with "same" padding, and with
 * "valid" by what the kernel is longer than the stride besides.
 *
 * @throws MtfError as `convolution`
 * @example
 * const along = { row: "kernel_row", column: "kernel_column" } as const;
 * const strides = { row: 2, column: 2 };
 * convolutionTransposed(small, kernel, along, { over: "filter", strides }); // twice as large
 */
export function convolutionTransposed<
  A extends string,
  B extends string,
  const Along extends { readonly [D in A]?: B },
  const C extends A & B = never,
>(
  x: Tensor<A>,
  kernel: Tensor<B>,
  along: Along,
  options: ConvolutionOptions<keyof Along & string, C> = {},
): Tensor<Exclude<A | B, Along[keyof Along] | C>> {
  const op = "convolutionTransposed";
  const given = convolutionArguments(op, x, kernel, along, options);
  const { input, weights, padding, ways } = given;
  for (const { tap } of ways) requireFree(op, input, tap);
  const over = overArgument(op, input, weights, options.over);
  let made = contract(input as Tensor<string>, weights as Tensor<string>, ...over) as never;
  for (const { dim, tap, size, taps, stride, dilation } of ways) {
    const beyond = Math.max(0, extentOf(taps, dilation) - stride);
    const before = padding === "same" ? Math.floor(beyond / 2) : 0;
    const whole = size * stride + (padding === "same" ? 0 : beyond);
    made = addedUp(made, { dim, tap, stride, dilation, before, wrap: false }, whole) as never;
  }
  return made;
}
