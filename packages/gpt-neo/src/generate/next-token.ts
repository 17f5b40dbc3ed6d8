import { einsum, fold, key, oneHot, placeholder, type Scalar, type Tensor, uniform } from "mtf";
import type { Config } from "../config/index.ts";
import { type Dims, modelOf, type Parameters } from "../models/index.ts";
import { type Rows, rowsOf } from "../rows.ts";

export type Next = readonly [Tensor<"batch" | "vocab">, Tensor<"vocab">];

/**
 * The logits that follow a row's last token, and random numbers to choose with: a function of the
 * seed and the position, the same on every layout.
 */
export function nextTokenStep(
  config: Config,
  dims: Dims,
): (
  parameters: Parameters,
  tokens: Rows,
  last: Scalar<"int32">,
  seed: Scalar<"int32">,
  position: Scalar<"int32">,
) => Next {
  return (parameters, tokens, last, seed, position) => {
    const { final } = modelOf(config).forward(config, dims, parameters, tokens);
    const chosen = einsum(final, oneHot(last, dims.length), "batch", "embd");
    const logits = modelOf(config).logitsOf(parameters, chosen);
    return [logits, uniform(fold(fold(key(0), seed), position), [dims.vocab])];
  };
}

export type ChoosingArguments = readonly [Rows, Scalar<"int32">, Scalar<"int32">, Scalar<"int32">];

/** `nextTokenStep`, and what it takes beside parameters. */
export function choosing(
  config: Config,
  dims: Dims,
): [fn: ReturnType<typeof nextTokenStep>, rest: ChoosingArguments] {
  const scalar = placeholder([], "int32");
  return [nextTokenStep(config, dims), [rowsOf(dims), scalar, scalar, scalar]];
}
