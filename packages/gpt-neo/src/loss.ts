import {
  and,
  cast,
  crossEntropyWithLogsumexp,
  div,
  greaterEqual,
  lessEqual,
  type Scalar,
  softmaxCrossEntropy,
  square,
  sum,
  type Tensor,
  where,
} from "mtf";
import { entmaxCrossEntropy } from "mtf/nn";
import type { Config } from "./config/index.ts";

/**
 * The mean negative log-likelihood, in nats, of the labels that are tokens: -100 and every other
 * label outside the vocabulary is ignored.
 *
 * @example
 * const value = loss(forward(config, dims, parameters, tokens).logits, labels);
 */
export function loss(
  logits: Tensor<"batch" | "length" | "vocab">,
  labels: Tensor<"batch" | "length", "int32">,
): Scalar {
  return div(totalLoss(logits, labels), labelCount(labels, logits.dims.vocab.size));
}

/**
 * The sum of the negative log-likelihoods of the labels that are tokens.
 *
 * @example
 * const { logits } = forward(config, dims, parameters, tokens);
 * const mean = div(totalLoss(logits, labels), labelCount(labels, dims.vocab.size));
 */
export function totalLoss(
  logits: Tensor<"batch" | "length" | "vocab">,
  labels: Tensor<"batch" | "length", "int32">,
): Scalar {
  return sum(softmaxCrossEntropy(logits, labels, "vocab"), "batch", "length");
}

/**
 * `totalLoss`, and the sum of the squares of the logsumexps it is made of, for a loss that also keeps
 * these small.
 */
export function totalLossWithSquares(
  logits: Tensor<"batch" | "length" | "vocab">,
  labels: Tensor<"batch" | "length", "int32">,
): { readonly loss: Scalar; readonly squares: Scalar } {
  const parts = crossEntropyWithLogsumexp(logits, labels, "vocab");
  const counted = where(isToken(labels, logits.dims.vocab.size), square(parts.logsumexp), 0);
  return { loss: sum(parts.loss, "batch", "length"), squares: sum(counted, "batch", "length") };
}

/** What a loss is made of: sums over labels. */
export interface LossSums {
  readonly loss: Scalar;
  /** Of the squares of the logsumexps, where these count in the loss that is trained on. */
  readonly squares?: Scalar;
}

/**
 * The loss that a config trains on: of the softmax of logits, or of their entmax, which has no logsumexp.
 *
 * @example
 * const { loss } = lossSums(config, logits, labels);
 */
export function lossSums(
  { training }: Config,
  logits: Tensor<"batch" | "length" | "vocab">,
  labels: Tensor<"batch" | "length", "int32">,
): LossSums {
  if (training.loss === "entmax") {
    return { loss: sum(entmaxCrossEntropy(logits, labels, "vocab"), "batch", "length") };
  }
  return training.z_loss === 0
    ? { loss: totalLoss(logits, labels) }
    : totalLossWithSquares(logits, labels);
}

/**
 * How many labels are tokens.
 *
 * @param vocabulary the number of tokens
 * @example
 * const mean = div(totalLoss(logits, labels), labelCount(labels, dims.vocab.size));
 */
export function labelCount<Names extends string>(
  labels: Tensor<Names, "int32">,
  vocabulary: number,
): Scalar {
  return sum(cast(isToken(labels, vocabulary), "float32"));
}

function isToken<Names extends string>(
  labels: Tensor<Names, "int32">,
  vocabulary: number,
): Tensor<Names, "bool"> {
  return and(greaterEqual(labels, 0), lessEqual(labels, vocabulary - 1));
}
