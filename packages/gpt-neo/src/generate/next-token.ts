import { einsum, oneHot, placeholder, type Tensor } from "mtf";
import type { Config } from "../config/index.ts";
import { type Dims, modelOf, type Parameters } from "../models/index.ts";
import { type Rows, rowsOf } from "../rows.ts";

/** The logits that follow each row, of which `last` says where its last token is. */
export function nextTokenStep(
  config: Config,
  dims: Dims,
): (
  parameters: Parameters,
  tokens: Rows,
  last: Tensor<"batch", "int32">,
) => Tensor<"batch" | "vocab"> {
  return (parameters, tokens, last) => {
    const { final } = modelOf(config).forward(config, dims, parameters, tokens);
    const chosen = einsum(final, oneHot(last, dims.length), "batch", "embd");
    return modelOf(config).logitsOf(parameters, chosen);
  };
}

export type ChoosingArguments = readonly [tokens: Rows, last: Tensor<"batch", "int32">];

/** `nextTokenStep`, and what it takes beside parameters. */
export function choosing(
  config: Config,
  dims: Dims,
): [fn: ReturnType<typeof nextTokenStep>, rest: ChoosingArguments] {
  return [nextTokenStep(config, dims), [rowsOf(dims), placeholder([dims.batch], "int32")]];
}
