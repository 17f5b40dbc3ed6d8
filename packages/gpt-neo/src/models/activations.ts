import { gelu, relu, silu } from "mtf";
import { type Activation, geluExact } from "mtf/nn";
import type { UsualActivation } from "../config/index.ts";

/** The activations by the names that configs give them. */
export const activations: { readonly [Name in UsualActivation]: Activation } = {
  gelu: geluExact,
  gelu_fast: gelu,
  gelu_new: gelu,
  gelu_pytorch_tanh: gelu,
  relu,
  silu,
  swish: silu,
};
