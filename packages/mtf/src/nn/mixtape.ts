import { optionsArgument } from "../arguments.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../graph/tensor.ts";
import { spread } from "../ops/broadcast/broadcast.ts";
import { misuse, namedDim, tensorArgument } from "../ops/check.ts";
import { concat } from "../ops/concat/concat.ts";
import { product } from "../ops/einsum/product.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { sigmoid, tanh } from "../ops/elementwise/functions.ts";
import { stack } from "../ops/stack/stack.ts";
import { unstack } from "../ops/stack/unstack.ts";
import { linear } from "./linear.ts";

/** The weights of Mixtape. Words are in order of their frequency: the first of them have gates of their own. */
export interface MixtapeWeights {
  /** From features to what each of four parts is of, such as [part, inner, embd]. */
  readonly context: AnyLinear;
  /** From there to words, such as [vocab, inner]. */
  readonly classes: AnyLinear;
  /** From features to three choices that all words share, such as [choice, embd]. */
  readonly shared: AnyLinear;
  /** From features to what choices of frequent words are made of, such as [choice, gate, embd]. */
  readonly own: AnyLinear;
  /** A vector for each frequent word, such as [vocab, gate], and a bias, such as [vocab, choice]. */
  readonly words: AnyLinear;
}

/** A weight, and maybe a bias, of dims that are known when the function is traced. */
// biome-ignore lint/suspicious/noExplicitAny: what each leads from and to is in its weight alone
type AnyLinear = { readonly weight: Tensor<any>; readonly bias?: Tensor<any> | undefined };

/** The dims that mixtape is about. */
export interface MixtapeDims<E extends string, V extends string> {
  readonly features: E;
  /** Of the four parts. */
  readonly parts: string;
  /** Of the three choices. */
  readonly choices: string;
  /** Of words. */
  readonly over: V;
}

/**
 * Logits that are means of four products, weighted for each word by a tree of three choices (Yang and
 * others, 2019): it tells as many distributions apart as a mixture of softmaxes, with a single softmax.
 *
 * @param x such as [batch, length, embd]
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument`, `unknown-option`
 * @example
 * const weights = { context: parts, classes, shared: choices, own: ownChoices, words: frequent };
 * const names = { features: "embd", parts: "part", choices: "choice", over: "vocab" } as const;
 * const logits = mixtape(x, weights, names);
 */
export function mixtape<A extends string, E extends A, V extends string>(
  x: Tensor<A>,
  weights: MixtapeWeights,
  dims: MixtapeDims<E, V>,
): Tensor<Exclude<A, E> | V> {
  const op = "mixtape";
  const from = tensorArgument(op, "x", x, ["float32"]) as Tensor<string>;
  const names = ["context", "classes", "shared", "own", "words"] as const;
  optionsArgument(op, "weights", weights, names);
  optionsArgument(op, "dims", dims, ["features", "parts", "choices", "over"]);
  namedDim(op, "dims.features", from, dims.features);
  for (const name of names)
    optionsArgument(op, `weights.${name}`, weights[name], ["weight", "bias"]);
  const by = (y: Tensor<string>, { weight, bias }: AnyLinear): Tensor<string> =>
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
