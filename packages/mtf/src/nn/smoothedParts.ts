import type { Dimension } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { crossEntropyWithLogsumexp } from "../ops/crossEntropy/crossEntropy.ts";
import { type Argument, apply } from "../ops/elementwise/apply.ts";
import { reduction } from "../ops/reduce/reduce.ts";

/** What a cross entropy with label smoothing and z-loss is made of, for each label. */
export interface SmoothedParts {
  /** The cross entropy, smoothed. */
  readonly loss: AnyTensor;
  /** The square of log Σ exp. */
  readonly square: AnyTensor;
}

/** Both are 0 where a label is none of the classes. */
export function smoothedParts(
  logits: AnyTensor,
  labels: AnyTensor,
  classes: Dimension,
  smoothing: number,
): SmoothedParts {
  const parts = crossEntropyWithLogsumexp(
    logits as Tensor<string>,
    labels as never,
    classes.name as never,
  );
  const { loss, logsumexp } = parts as { readonly [Part in keyof typeof parts]: AnyTensor };
  const counts = within(labels, classes.size);
  const square = where(counts, apply("square", logsumexp));
  if (smoothing === 0) return { loss, square };
  // The mean over all classes of -log p is log Σ exp less the mean logit.
  const middle = apply("mul", reduction("sum", logits, [classes.name]), 1 / classes.size);
  const even = where(counts, apply("sub", logsumexp, middle));
  const left = apply("mul", loss, 1 - smoothing);
  return { loss: apply("add", left, apply("mul", even, smoothing)), square };
}

function where(condition: AnyTensor, x: Argument): AnyTensor {
  return apply("where", condition, x, 0);
}

/** Whether a label is one of the classes. */
function within(labels: AnyTensor, classes: number): AnyTensor {
  return apply("and", apply("greaterEqual", labels, 0), apply("lessEqual", labels, classes - 1));
}
