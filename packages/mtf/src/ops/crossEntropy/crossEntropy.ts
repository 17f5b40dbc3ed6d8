import type { Select, Without } from "../../dimension.ts";
import { makeNode } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { hasDim, misuse, namedDim, requireDtype, tensorArgument, unionDims } from "../check.ts";
import { apply } from "../elementwise/apply.ts";

/**
 * The cross-entropy of softmax(logits) with integer labels: logsumexp(logits) - logits[label], and 0
 * where the label lies outside the dim.
 *
 * @throws MtfError `missing-dim` unless the logits have all dims of the labels and no more than
 * `over` besides, `size-mismatch`, `dtype-mismatch`
 * @example
 * softmaxCrossEntropy(logits, token, "vocab"); // [batch, vocab], int32 [batch] -> [batch]
 */
export function softmaxCrossEntropy<A extends string, S extends A>(
  logits: Tensor<A>,
  labels: Tensor<Without<A, NoInfer<S>>, "int32">,
  over: Select<S>,
): Tensor<Without<A, S>> {
  return crossEntropyParts("softmaxCrossEntropy", logits, labels, over)[0] as never;
}

/**
 * `softmaxCrossEntropy` and the logsumexp it is made of, for a loss that also keeps that small.
 *
 * @throws MtfError as `softmaxCrossEntropy`
 * @example
 * const { loss, logsumexp } = crossEntropyWithLogsumexp(logits, token, "vocab");
 * add(loss, mul(square(logsumexp), 1e-4));
 */
export function crossEntropyWithLogsumexp<A extends string, S extends A>(
  logits: Tensor<A>,
  labels: Tensor<Without<A, NoInfer<S>>, "int32">,
  over: Select<S>,
): { readonly loss: Tensor<Without<A, S>>; readonly logsumexp: Tensor<Without<A, S>> } {
  const parts = crossEntropyParts("crossEntropyWithLogsumexp", logits, labels, over);
  const [loss, sum, shift] = parts as readonly [AnyTensor, AnyTensor, AnyTensor];
  return { loss, logsumexp: apply("add", apply("log", sum), shift) } as never;
}

function crossEntropyParts(
  op: string,
  x: unknown,
  ids: unknown,
  over: Select<string>,
): readonly AnyTensor[] {
  const logits = tensorArgument(op, "logits", x, ["float32"]);
  const labels = tensorArgument(op, "labels", ids);
  const { name } = namedDim(op, "over", logits, over);
  // One of the positions along the dim is 1: its number is the label.
  const encoded = hasDim(labels, name) ? [`argmax(labels, "${name}")`] : undefined;
  requireDtype(op, labels, ["int32"], "labels", encoded);
  unionDims(op, [logits, labels]);
  const dims = dimsOf(logits).filter((d) => d.name !== name);
  const differing = [
    ...dims.filter((d) => !hasDim(labels, d.name)),
    ...dimsOf(labels).filter((d) => d.name === name || !hasDim(logits, d.name)),
  ];
  if (differing.length > 0) {
    throw misuse(
      "missing-dim",
      `${op}: the labels must have the logits' dims but '${name}'; '${differing[0]!.name}' is in only one.`,
      { logits, labels },
      encoded,
      { dim: differing[0]!.name },
    );
  }
  const result = { dims, dtype: "float32" } as const;
  return makeNode("crossEntropy", { over: name }, [logits, labels], [result, result, result]);
}
