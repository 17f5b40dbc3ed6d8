import type { Dimension } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type DenseOptions, type DenseParams, denseParams } from "./dense.ts";
import { denseProduct } from "./denseProduct.ts";
import { type Activation, type Linear, linear } from "./linear.ts";

/** The parameters of a feed-forward network whose inner layer is multiplied by a gate. */
export interface GatedParams<E extends string, H extends string, Bias extends boolean> {
  readonly gate: DenseParams<E, H, Bias>;
  readonly up: DenseParams<E, H, Bias>;
  readonly down: DenseParams<H, E, Bias>;
}

/**
 * The parameters of `gatedFeedForward`, by default without biases.
 *
 * @throws MtfError `duplicate-dim`, `unknown-option`
 * @example
 * const params = gatedFeedForwardParams(embd, ff);
 */
export function gatedFeedForwardParams<
  E extends string,
  H extends string,
  const Bias extends boolean = false,
>(
  features: Dimension<E>,
  inner: Dimension<H>,
  options: DenseOptions<Bias> = {},
): GatedParams<E, H, Bias> {
  const own = { ...options, bias: options.bias ?? false };
  const into = () => denseParams([features], [inner], own) as never;
  return { gate: into(), up: into(), down: denseParams([inner], [features], own) as never };
}

/**
 * A feed-forward network whose inner layer is multiplied by a gate (Shazeer, 2020): with `silu` it is
 * SwiGLU, which Llama has, with `gelu` GEGLU, with `relu` ReGLU.
 *
 * @param gate from a dim of x to the inner one, such as [ff, embd], before the activation
 * @param up what the gate is multiplied by, of the same dims
 * @param down back again, such as [embd, ff]
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * const { gate, up, down } = initialValues(k, gatedFeedForwardParams(embd, ff));
 * gatedFeedForward(x, gate, up, down, silu);
 */
export function gatedFeedForward<
  A extends string,
  Up extends string,
  UpBias extends Up,
  Down extends string,
  DownBias extends Down,
>(
  x: Tensor<A>,
  gate: Linear<Up, UpBias>,
  up: Linear<Up, UpBias>,
  down: Linear<Down, DownBias>,
  activation: Activation,
): Tensor<A> {
  const inner = denseProduct(x, [gate, up], [activation]) as never as Tensor<string>;
  return linear(inner, down.weight, down.bias as never) as never;
}
