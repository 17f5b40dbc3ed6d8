import type { Select, Without } from "../dimension.ts";
import type { Scalar, Tensor } from "../graph/tensor.ts";
import { namedDim, tensorArgument } from "../ops/check.ts";
import { apply, stopped } from "../ops/elementwise/apply.ts";
import { exp } from "../ops/elementwise/functions.ts";
import { logsumexp } from "../ops/softmax/softmax.ts";

/** The logit of one more class: a number, or a scalar that is learned. */
export type ExtraLogit = number | Scalar;

/**
 * log(sum exp x + exp extra) over a dim: one more class, which is not among those of x.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`
 * @example
 * logsumexpWithExtra(logits, "vocab", 0); // [batch, vocab] -> [batch]
 */
export function logsumexpWithExtra<A extends string, S extends A>(
  x: Tensor<A>,
  over: Select<S>,
  extra: ExtraLogit,
): Tensor<Without<A, S>> {
  const op = "logsumexpWithExtra";
  namedDim(op, "over", tensorArgument(op, "x", x, ["float32"]), over);
  const added = typeof extra === "number" ? extra : tensorArgument(op, "extra", extra, ["float32"]);
  const total = logsumexp(x, over);
  const most = stopped(apply("maximum", total, added));
  const parts = [total, added].map((part) => apply("exp", apply("sub", part, most)));
  return apply("add", most, apply("log", apply("add", ...parts))) as never;
}

/**
 * The softmax with one more class: a row sums to less than 1 by that one's share, so that attention may
 * look nowhere.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`
 * @example
 * softmaxWithExtra(scores, "memory", 0);
 */
export function softmaxWithExtra<A extends string, S extends A>(
  x: Tensor<A>,
  over: Select<S>,
  extra: ExtraLogit,
): Tensor<A> {
  return exp(logSoftmaxWithExtra(x, over, extra));
}

/**
 * The logarithm of `softmaxWithExtra`.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`
 * @example
 * logSoftmaxWithExtra(logits, "vocab", blank);
 */
export function logSoftmaxWithExtra<A extends string, S extends A>(
  x: Tensor<A>,
  over: Select<S>,
  extra: ExtraLogit,
): Tensor<A> {
  return apply("sub", x as never, logsumexpWithExtra(x, over, extra) as never) as never;
}
