import { type Dimension, layerNorm, type Tensor } from "mtf";
import type { Config } from "../config/index.ts";
import type { Hidden } from "./model.ts";
import { bias, type Declared, gain } from "./parameter.ts";

/** The gain and bias of a layer norm. */
export interface Norm {
  readonly gain: Tensor<"embd">;
  readonly bias: Tensor<"embd">;
}

/** A layer norm's parameters, as files name them. */
export function norm(name: string, embd: Dimension<"embd">): Declared<Norm> {
  return { gain: gain(`${name}.weight`, embd), bias: bias(`${name}.bias`, embd) };
}

/** The layer norm of the residual stream. */
export function normed(config: Config, { gain, bias }: Norm, x: Hidden): Hidden {
  return layerNorm(x, gain, bias, "embd", { epsilon: config.layer_norm_epsilon });
}
