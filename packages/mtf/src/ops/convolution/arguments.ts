import { optionsArgument } from "../../arguments.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import { tensorArgument } from "../check.ts";
import { type Along, alongArgument, type Padding, paddingArgument } from "./along.ts";

/** How a kernel goes over a tensor. */
export interface ConvolutionOptions<Dim extends string = string, C extends string = string> {
  /** The dims of both that are summed over, such as channels; others that both have go together. */
  readonly over?: C | readonly C[] | undefined;
  /** "same" by default: as many places as before over the stride, with zeros beyond the ends. */
  readonly padding?: Padding | undefined;
  /** How far the places along a dim are apart; 1 by default. */
  readonly strides?: { readonly [D in Dim]?: number } | undefined;
  /** How far the kernel's elements along a dim are apart; 1 by default. */
  readonly dilations?: { readonly [D in Dim]?: number } | undefined;
}

/** What a convolution and its transpose are given, checked. */
export interface Convolved {
  readonly input: AnyTensor;
  readonly weights: AnyTensor;
  readonly padding: Padding;
  readonly ways: readonly Along[];
}

export function convolutionArguments(
  op: string,
  x: unknown,
  kernel: unknown,
  along: unknown,
  options: ConvolutionOptions,
): Convolved {
  const input = tensorArgument(op, "x", x, ["float32"]);
  const weights = tensorArgument(op, "kernel", kernel, ["float32"]);
  optionsArgument(op, "options", options, ["over", "padding", "strides", "dilations"]);
  const { padding = "same", strides, dilations } = options;
  paddingArgument(op, padding);
  return {
    input,
    weights,
    padding,
    ways: alongArgument(op, input, weights, along, strides, dilations),
  };
}
