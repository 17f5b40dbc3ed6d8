import type { Dimension, Tensor } from "mtf";
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
