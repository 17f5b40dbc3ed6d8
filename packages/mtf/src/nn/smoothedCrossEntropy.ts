import { numberArgument, optionsArgument } from "../arguments.ts";
import type { Select, Without } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { smoothedParts } from "./smoothedParts.ts";

/** What is added to a cross entropy. */
export interface SmoothedOptions {
  /** How much of a target goes to all classes alike: 0 … 1; 0 by default. */
  readonly smoothing?: number | undefined;
  /** How much of the square of log Σ exp is added, which keeps logits near 0; 0 by default. */
  readonly zLoss?: number | undefined;
}

/**
 * The cross entropy of labels with label smoothing (Szegedy and others, 2015) and z-loss: a target is
 * the label's class, less what goes to all classes alike. A label outside the dim costs nothing.
 *
 * @param logits such as [batch, length, vocab]
 * @param labels int32, without the dim of classes
 * @throws MtfError `missing-dim`, `dtype-mismatch`, `bad-argument`
 * @example
 * smoothedCrossEntropy(logits, labels, "vocab", { smoothing: 0.1, zLoss: 1e-4 });
 */
export function smoothedCrossEntropy<A extends string, S extends A>(
  logits: Tensor<A>,
  labels: Tensor<Without<A, S>, "int32">,
  over: Select<S>,
  options: SmoothedOptions = {},
): Tensor<Without<A, S>> {
  const op = "smoothedCrossEntropy";
  const x = tensorArgument(op, "logits", logits, ["float32"]);
  const ids = tensorArgument(op, "labels", labels);
  const classes = namedDim(op, "over", x, over);
  optionsArgument(op, "options", options, ["smoothing", "zLoss"]);
  const { smoothing, zLoss } = smoothedArguments(op, options, x);
  const { loss, square } = smoothedParts(x, ids, classes, smoothing);
  if (zLoss === 0) return loss as never;
  return apply("add", loss, apply("mul", square, zLoss)) as never;
}

/** The numbers of such options. */
export function smoothedArguments(
  op: string,
  options: SmoothedOptions,
  beside: AnyTensor,
): { readonly smoothing: number; readonly zLoss: number } {
  const smoothing = numberArgument(op, "options.smoothing", options.smoothing ?? 0);
  const zLoss = numberArgument(op, "options.zLoss", options.zLoss ?? 0);
  if (smoothing >= 0 && smoothing <= 1) return { smoothing, zLoss };
  throw misuse("bad-argument", `${op}: a smoothing of ${smoothing} is not 0 … 1.`, { beside });
}
