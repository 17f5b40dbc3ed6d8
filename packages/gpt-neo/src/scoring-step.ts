import { fold, key, type Scalar, type Tensor } from "mtf";
import type { Config } from "./config/index.ts";
import { documentOptions } from "./documents.ts";
import { guessed } from "./guessed.ts";
import { labelCount, lossSums } from "./loss.ts";
import { meanLoss } from "./mean-loss.ts";
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
  // What is hidden is so at the same places whenever rows are scored.
  const drawn = fold(key(config.training.seed), "scored");
  return (parameters, tokens, following) => {
    const { shown, labels } = guessed(config, drawn, tokens, following);
    const options = documentOptions(config, dims, shown);
    const result = modelOf(config).forward(config, dims, parameters, shown, options);
    const count = labelCount(labels, dims.vocab.size);
    if (withLogits) {
      const { logits } = result;
      return [lossSums(config, logits, labels).loss, count, logits];
    }
    return [meanLoss(config, parameters, result, labels, count).sums.loss, count];
  };
}
