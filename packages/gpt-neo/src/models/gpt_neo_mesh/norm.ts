import { type Dimension, layerNorm, mean, mul, type Scalar, sub, type Tensor } from "mtf";
import { scaleNorm } from "mtf/nn";
import type { Config } from "../../config/index.ts";
import type { Hidden } from "../model.ts";
import { bias, type Declared, gain, scalar } from "../parameter.ts";

/** A layer norm's parameters, or the one number of the norm that takes its place. */
export interface Norm {
  readonly gain: Tensor<"embd"> | Scalar;
  readonly bias?: Tensor<"embd">;
}

/** The parameters of a norm before a layer. */
export function normParameters(
  { original }: Config,
  name: string,
  embd: Dimension<"embd">,
): Declared<Norm> {
  if (original.scalenorm) return { gain: scalar(`${name}.weight`, 1) };
  return layerNormParameters(name, embd);
}

/** The parameters of a layer norm, as the final one always is. */
export function layerNormParameters(name: string, embd: Dimension<"embd">): Declared<Norm> {
  return { gain: gain(`${name}.weight`, embd), bias: bias(`${name}.bias`, embd) };
}

/** What goes into a layer: without a norm, what comes. Both norms first take the mean away. */
export function normed(config: Config, norm: Norm | undefined, x: Hidden): Hidden {
  if (!norm) return x;
  const { gain, bias } = norm;
  const options = { epsilon: config.layer_norm_epsilon };
  if (bias) return layerNorm(x, gain as Tensor<"embd">, bias, "embd", options);
  return scaleNorm(sub(x, mean(x, "embd")), gain as Scalar, "embd", options);
}

/** What a layer adds: with rezero, as much of it as a learned factor says. */
export function weighed(factor: Scalar | undefined, x: Hidden): Hidden {
  return factor ? mul(x, factor) : x;
}
