import type { Select, Without } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { namedDim, tensorArgument } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { pick } from "../ops/gather/gather.ts";
import { type EntmaxOptions, entmax } from "./entmax.ts";

/** The least normal float32: what the probability of a label counts as that has none. */
const least = 2 ** -126;

/**
 * How unlikely labels are by the entmax of logits: -log p. It is finite, 87.3, and without a gradient where
 * entmax gives a label nothing; a label outside the dim costs nothing.
 *
 * @param labels int32, without the dim of classes
 * @throws MtfError as `entmax`, and `size-mismatch`
 * @example
 * mean(entmaxCrossEntropy(logits, token, "vocab")); // [batch, vocab], int32 [batch] -> [batch]
 */
export function entmaxCrossEntropy<A extends string, S extends A>(
  logits: Tensor<A>,
  labels: Tensor<Without<A, NoInfer<S>>, "int32">,
  over: Select<S>,
  options: EntmaxOptions = {},
): Tensor<Without<A, S>> {
  const op = "entmaxCrossEntropy";
  const x = tensorArgument(op, "logits", logits, ["float32"]);
  const ids = tensorArgument(op, "labels", labels, ["int32"]);
  const classes = namedDim(op, "over", x, over);
  const p = entmax(x as Tensor<string>, classes.name as never, options) as AnyTensor;
  const likely = apply("maximum", pick(p, ids, classes), least);
  const isClass = apply(
    "and",
    apply("greaterEqual", ids, 0),
    apply("lessEqual", ids, classes.size - 1),
  );
  return apply("where", isClass, apply("neg", apply("log", likely)), 0) as never;
}
