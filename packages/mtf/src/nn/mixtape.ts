import { optionsArgument } from "../arguments.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { spread } from "../ops/broadcast/broadcast.ts";
import { misuse, namedDim, tensorArgument } from "../ops/check.ts";
import { concat } from "../ops/concat/concat.ts";
import { product } from "../ops/einsum/einsum.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { sigmoid, tanh } from "../ops/elementwise/functions.ts";
import { stack } from "../ops/stack/stack.ts";
import { unstack } from "../ops/stack/unstack.ts";
import { type Linear, linear } from "./linear.ts";

/** The weights of Mixtape. Words are in order of their frequency: the first of them have gates of their own. */
export interface MixtapeWeights {
  /** From features to what each of four parts is of, such as [part, inner, embd]. */
  readonly context: Linear<string>;
  /** From there to words, such as [vocab, inner]. */
  readonly classes: Linear<string>;
  /** From features to three choices that all words share, such as [choice, embd]. */
  readonly shared: Linear<string>;
  /** From features to what choices of frequent words are made of, such as [choice, gate, embd]. */
  readonly own: Linear<string>;
  /** A vector for each frequent word, such as [vocab, gate], and a bias, such as [vocab, choice]. */
  readonly words: Linear<string, string>;
}

/**
 * Logits that are means of four products, weighted for each word by a tree of three choices (Yang and
 * others, 2019): it tells as many distributions apart as a mixture of softmaxes, with a single softmax.
 *
 * @param x such as [batch, length, embd]
 * @param parts the dim of the four parts
 * @param choices the dim of the three choices
 * @param over the dim of words
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument`, `unknown-option`
 * @example
 * const weights = { context, classes, shared, own, words };
 * const logits = mixtape(x, weights, { parts: "part", choices: "choice", over: "vocab" });
 */
export function mixtape<A extends string>(
  x: Tensor<A>,
  weights: MixtapeWeights,
  dims: { readonly parts: string; readonly choices: string; readonly over: string },
): Tensor<string> {
  const op = "mixtape";
  const from = tensorArgument(op, "x", x, ["float32"]) as Tensor<string>;
  const names = ["context", "classes", "shared", "own", "words"] as const;
  optionsArgument(op, "weights", weights, names);
  optionsArgument(op, "dims", dims, ["parts", "choices", "over"]);
  for (const name of names)
    optionsArgument(op, `weights.${name}`, weights[name], ["weight", "bias"]);
  const by = (y: Tensor<string>, { weight, bias }: Linear<string>): Tensor<string> =>
    linear(y, weight, bias as never) as never;
  const contexts = tanh(by(from, weights.context));
  const part = sized(op, "dims.parts", contexts, dims.parts, 4);
  const logits = by(contexts, weights.classes);
  const shared = by(from, weights.shared);
  sized(op, "dims.choices", shared, dims.choices, 3);
  const frequent = apply("add", by(tanh(by(from, weights.own)), weights.words), shared);
  const all = namedDim(op, "dims.over", logits, dims.over);
  const some = namedDim(op, "dims.over", frequent, dims.over);
  const few = { ...some, size: all.size - some.size };
  const alike = spread(shared, [...dimsOf(shared), few]) as Tensor<string>;
  const each = few.size === 0 ? [frequent] : [frequent, alike];
  const [a, b, c] = unstack(sigmoid(concat(each as Tensor<string>[], all.name)), dims.choices);
  const not = (y: unknown): AnyTensor => apply("sub", 1, y as AnyTensor);
  const times = (y: unknown, z: unknown): Tensor<string> =>
    apply("mul", y as AnyTensor, z as AnyTensor) as Tensor<string>;
  const leaves = [times(a, b), times(a, not(b)), times(not(a), c), times(not(a), not(c))];
  const gates = stack(leaves, part.name as never) as AnyTensor;
  return product(
    logits as AnyTensor,
    gates,
    dimsOf(logits).filter((d) => d.name !== part.name),
  ) as never;
}

function sized(op: string, argument: string, x: unknown, name: string, size: number) {
  const dim = namedDim(op, argument, x as AnyTensor, name);
  if (dim.size === size) return dim;
  throw misuse("bad-argument", `${op}: '${name}' is ${dim.size} long, and is to be ${size}.`, {
    tensor: x as AnyTensor,
  });
}
