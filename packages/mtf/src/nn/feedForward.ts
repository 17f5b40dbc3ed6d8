import type { Dimension } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { type DenseOptions, type DenseParams, denseParams } from "./dense.ts";
import { type Activation, type Linear, linear } from "./linear.ts";

/**
 * The parameters of `feedForward`: up to the inner dim and down again.
 *
 * @throws MtfError `duplicate-dim`, `unknown-option`
 * @example
 * const params = feedForwardParams(embd, ff, { bias: false });
 */
export function feedForwardParams<
  E extends string,
  H extends string,
  const Bias extends boolean = true,
>(
  features: Dimension<E>,
  inner: Dimension<H>,
  options: DenseOptions<Bias> = {},
): { readonly up: DenseParams<E, H, Bias>; readonly down: DenseParams<H, E, Bias> } {
  return {
    up: denseParams([features], [inner], options) as never,
    down: denseParams([inner], [features], options) as never,
  };
}

/**
 * A feed-forward network of one inner layer: up, an activation, down.
 *
 * @param up from a dim of x to the inner one, such as [ff, embd]
 * @param down back again, such as [embd, ff]
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * const { up, down } = initialValues(k, feedForwardParams(embd, ff));
 * feedForward(x, up, down, gelu);
 */
export function feedForward<
  A extends string,
  Up extends string,
  UpBias extends Up,
  Down extends string,
  DownBias extends Down,
>(
  x: Tensor<A>,
  up: Linear<Up, UpBias>,
  down: Linear<Down, DownBias>,
  activation: Activation,
): Tensor<A> {
  const inner = activation(linear(x, up.weight, up.bias as never));
  return linear(inner, down.weight, down.bias as never) as never;
}
