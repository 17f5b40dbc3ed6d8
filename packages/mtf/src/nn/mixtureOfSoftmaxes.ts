import { optionsArgument } from "../arguments.ts";
import type { Tensor } from "../graph/tensor.ts";
import { namedDim, tensorArgument } from "../ops/check.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { tanh } from "../ops/elementwise/functions.ts";
import { logSoftmax, logsumexp } from "../ops/softmax/softmax.ts";
import { type Linear, linear } from "./linear.ts";

/** The weights of a mixture of softmaxes. */
export interface MixtureOfSoftmaxesWeights<P extends string, C extends string, V extends string> {
  /** From features to how much each softmax counts, such as [softmax, embd]. */
  readonly prior: Linear<P>;
  /** From features to what each softmax is of, such as [softmax, inner, embd]. */
  readonly context: Linear<C>;
  /** From there to classes, such as [vocab, inner]. */
  readonly classes: Linear<V>;
}

/**
 * The logarithm of a mean of several softmaxes, each of features of its own (Yang and others, 2017): one
 * softmax of a product can tell only so many distributions apart as there are features. It is what logits
 * are elsewhere, and their softmax is the mixture.
 *
 * @param x such as [batch, length, embd]
 * @param softmaxes the dim of the softmaxes, which the result has no more
 * @param over the dim of classes
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `unknown-option`
 * @example
 * const logits = mixtureOfSoftmaxes(x, { prior, context, classes }, "softmax", "vocab");
 */
export function mixtureOfSoftmaxes<
  A extends string,
  P extends string,
  C extends string,
  V extends string,
>(
  x: Tensor<A>,
  weights: MixtureOfSoftmaxesWeights<P, C, V>,
  softmaxes: P & C,
  over: V,
): Tensor<Exclude<A, P> | Exclude<V, C>> {
  const op = "mixtureOfSoftmaxes";
  tensorArgument(op, "x", x, ["float32"]);
  optionsArgument(op, "weights", weights, ["prior", "context", "classes"]);
  const led = (from: Tensor<string>, name: "prior" | "context" | "classes"): Tensor<string> => {
    optionsArgument(op, `weights.${name}`, weights[name], ["weight", "bias"]);
    const { weight, bias } = weights[name] as never as Linear<string>;
    return linear(from, weight, bias as never) as never;
  };
  const priors = led(x as never, "prior");
  const each = namedDim(op, "softmaxes", priors, softmaxes).name;
  const context = tanh(led(x as never, "context"));
  namedDim(op, "softmaxes", context, each);
  const logits = led(context, "classes");
  const classes = namedDim(op, "over", logits, over).name;
  const joint = apply("add", logSoftmax(logits, classes), logSoftmax(priors, each));
  return logsumexp(joint as Tensor<string>, each) as never;
}
