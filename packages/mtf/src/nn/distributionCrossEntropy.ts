import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Select, Without } from "../dimension.ts";
import type { Tensor } from "../graph/tensor.ts";
import { misuse, namedDim, tensorArgument, unionDims } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { reduction } from "../ops/reduce/reduce.ts";
import { logsumexp } from "../ops/softmax/softmax.ts";

/**
 * The cross entropy of targets that are probabilities of all classes, such as what another model gives
 * (Hinton and others, 2015): the sum of -p log q.
 *
 * @param logits such as [batch, length, vocab]
 * @param targets float32, of the same dims
 * @param options.zLoss how much of the square of log Σ exp is added, which keeps logits near 0; default 0
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `unknown-option`
 * @example
 * distributionCrossEntropy(logits, softmax(teacher, "vocab"), "vocab"); // [batch, length]
 */
export function distributionCrossEntropy<A extends string, S extends A>(
  logits: Tensor<A>,
  targets: Tensor<NoInfer<A>>,
  over: Select<S>,
  options: { readonly zLoss?: number | undefined } = {},
): Tensor<Without<A, S>> {
  const op = "distributionCrossEntropy";
  const x = tensorArgument(op, "logits", logits, ["float32"]);
  const wanted = tensorArgument(op, "targets", targets, ["float32"]);
  const { name } = namedDim(op, "over", x, over);
  namedDim(op, "over", wanted, name);
  if (unionDims(op, [x, wanted]).length > x.names.length) {
    throw misuse("missing-dim", `${op}: targets have dims that logits lack.`, { x, wanted });
  }
  optionsArgument(op, "options", options, ["zLoss"]);
  const zLoss = numberArgument(op, "options.zLoss", options.zLoss ?? 0);
  const total = logsumexp(x as Tensor<string>, name);
  const loss = reduction("sum", apply("mul", apply("sub", total, x), wanted), [name]);
  if (zLoss === 0) return loss as never;
  return apply("add", loss, apply("mul", apply("square", total), zLoss)) as never;
}
