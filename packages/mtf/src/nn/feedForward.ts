import type { Tensor } from "../graph/tensor.ts";
import { linear } from "./linear.ts";

/** A function of each element: `gelu`, `relu`, `silu`. */
export type Activation = <A extends string>(x: Tensor<A>) => Tensor<A>;

/** A weight, and maybe a bias of the dims that it leads to. */
export interface Linear<Weight extends string, Bias extends Weight = Weight> {
  readonly weight: Tensor<Weight>;
  readonly bias?: Tensor<Bias> | undefined;
}

/**
 * A feed-forward network of one inner layer: up, an activation, down.
 *
 * @param up from a dim of x to the inner one, such as [ff, embd]
 * @param down back again, such as [embd, ff]
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * feedForward(x, { weight: p.up, bias: p.upBias }, { weight: p.down, bias: p.downBias }, gelu);
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
