import type { Tensor } from "../../graph/tensor.ts";
import { requireFree } from "../check.ts";
import { contract } from "../einsum/einsum.ts";
import { atIndex } from "../slice/at.ts";
import { windowsOf } from "../window/windows.ts";
import { overArgument, placed } from "./along.ts";
import { type ConvolutionOptions, convolutionArguments } from "./arguments.ts";

/**
 * A kernel moved along any number of dims: at each place the sum, over the kernel's own dims that
 * `along` names and those of `over`, of products. As everywhere in learning, the kernel is not turned
 * around. All other dims of either are the result's, so that there may be several batch dims, and a
 * convolution of each channel alone has no `over`. Where a dim is split along which a kernel goes,
 * devices exchange the margins, once.
 *
 * @throws MtfError `missing-dim`, `dim-taken` where the tensor has the kernel's own dims,
 * `size-mismatch`, `dtype-mismatch`, `bad-argument` where no window fits
 * @example
 * const along = { row: "kernel_row", column: "kernel_column" } as const;
 * convolution(photo, kernel, along, { over: "channel" }); // [batch, row, column, channel] -> […, filter]
 */
export function convolution<
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
  const op = "convolution";
  const { padding, ways, ...given } = convolutionArguments(op, x, kernel, along, options);
  let { input, weights } = given;
  const over = overArgument(op, input, weights, options.over);
  const summed = [...over];
  // What is summed lies together, so that windows are a matrix as they are.
  const ahead = input.names.find((name) => (over as readonly string[]).includes(`${name}`));
  for (const way of ways) {
    const { dim, tap, taps, stride, dilation } = way;
    requireFree(op, input, tap);
    const { count, before } = placed(op, input, way, padding);
    if (taps === 1 && stride === 1) {
      weights = atIndex(weights, tap, 0);
      continue;
    }
    const windows = { dim, tap, stride, dilation, before, wrap: false, value: 0 };
    input = windowsOf(input, windows, count, taps, ahead);
    summed.push(tap);
  }
  return contract(input as Tensor<string>, weights as Tensor<string>, ...summed) as never;
}
