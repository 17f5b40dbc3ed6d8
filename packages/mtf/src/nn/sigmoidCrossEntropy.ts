import type { Tensor } from "../graph/tensor.ts";
import { tensorArgument } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";

/**
 * The cross entropy of questions with yes and no for an answer: for each, how unlikely a target is by the
 * probability that the sigmoid of a logit gives it. Finite however large the logits are.
 *
 * @param targets 0 … 1, with the dims of the logits
 * @throws MtfError `dtype-mismatch`, `size-mismatch`
 * @example
 * mean(sigmoidCrossEntropy(logits, targets));
 */
export function sigmoidCrossEntropy<A extends string>(
  logits: Tensor<A>,
  targets: Tensor<NoInfer<A>>,
): Tensor<A> {
  const x = tensorArgument("sigmoidCrossEntropy", "logits", logits, ["float32"]);
  const y = tensorArgument("sigmoidCrossEntropy", "targets", targets, ["float32"]);
  return apply("sub", apply("softplus", x), apply("mul", x, y)) as never;
}
