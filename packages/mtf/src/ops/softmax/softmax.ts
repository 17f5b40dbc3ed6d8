import type { Select, Without } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { dimsOf, type Tensor } from "../../graph/tensor.ts";
import { namedDim, tensorArgument } from "../check.ts";

type Kind = "softmax" | "logSoftmax" | "logsumexp";

function normalised(kind: Kind, x: unknown, over: Select<string>): never {
  const tensor = tensorArgument(kind, "x", x, ["float32"]);
  const { name } = namedDim(kind, "over", tensor, over);
  const dims = dimsOf(tensor).filter((d) => kind !== "logsumexp" || d.name !== name);
  return makeTensor(kind, { over: name }, [tensor], { dims, dtype: "float32" }) as never;
}

/**
 * exp(x) over its sum along a dim, computed without overflow. Where x is -infinity everywhere along
 * the dim, or +infinity somewhere, the result is NaN.
 *
 * @throws MtfError `missing-dim`, `dtype-mismatch`
 * @example
 * softmax(scores, "memory_length");
 */
export function softmax<A extends string, S extends A>(x: Tensor<A>, over: Select<S>): Tensor<A> {
  return normalised("softmax", x, over);
}

/** The logarithm of `softmax`, without its loss of accuracy. @example logSoftmax(logits, "vocab") */
export function logSoftmax<A extends string, S extends A>(
  x: Tensor<A>,
  over: Select<S>,
): Tensor<A> {
  return normalised("logSoftmax", x, over);
}

/**
 * The logarithm of the sum of exp(x) along a dim, computed without overflow. Where x is -infinity
 * everywhere along the dim, so is the result; where it is +infinity somewhere, too.
 *
 * @throws MtfError as `softmax`
 * @example
 * logsumexp(logits, "vocab"); // [batch, vocab] -> [batch]
 */
export function logsumexp<A extends string, S extends A>(
  x: Tensor<A>,
  over: Select<S>,
): Tensor<Without<A, S>> {
  return normalised("logsumexp", x, over);
}
