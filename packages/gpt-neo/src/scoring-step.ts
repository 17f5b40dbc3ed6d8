import type { Scalar, Tensor } from "mtf";
import type { Config } from "./config/index.ts";
import { documentOptions } from "./documents.ts";
import { labelCount, totalLoss } from "./loss.ts";
import { type Dims, modelOf, type Parameters } from "./models/index.ts";
import type { Rows } from "./rows.ts";

/** The summed loss of labels, how many there are, and the logits where they are asked for. */
export type Scored =
  | readonly [Scalar, Scalar]
  | readonly [Scalar, Scalar, Tensor<"batch" | "length" | "vocab">];

/**
 * Scores rows without training on them: for validation, and for evaluating.
 *
 * @example
 * const [loss, count] = scoringStep(config, dims)(parameters, tokens, labels);
 */
export function scoringStep(
  config: Config,
  dims: Dims,
  withLogits = false,
): (parameters: Parameters, tokens: Rows, labels: Rows) => Scored {
  return (parameters, tokens, labels) => {
    const options = documentOptions(config, dims, tokens);
    const { logits } = modelOf(config).forward(config, dims, parameters, tokens, options);
    const scored = [totalLoss(logits, labels), labelCount(labels, dims.vocab.size)] as const;
    return withLogits ? [...scored, logits] : scored;
  };
}
