import type { Tensor } from "../graph/tensor.ts";
import { mul } from "../ops/elementwise/functions.ts";
import type { Activation, Linear } from "./feedForward.ts";
import { linear } from "./linear.ts";

/**
 * A feed-forward network whose inner layer is multiplied by a gate (Shazeer, 2020): with `silu` it is
 * SwiGLU, which Llama has, with `gelu` GEGLU, with `relu` ReGLU.
 *
 * @param gate from a dim of x to the inner one, such as [ff, embd], before the activation
 * @param up what the gate is multiplied by, of the same dims
 * @param down back again, such as [embd, ff]
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * gatedFeedForward(x, { weight: p.gate }, { weight: p.up }, { weight: p.down }, silu);
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
  const open = activation(linear(x, gate.weight, gate.bias as never));
  const inner = mul(open, linear(x, up.weight, up.bias as never));
  return linear(inner, down.weight, down.bias as never) as never;
}
