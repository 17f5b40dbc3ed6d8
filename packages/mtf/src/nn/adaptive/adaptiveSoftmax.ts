import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../../ops/check.ts";
import { concat } from "../../ops/concat/concat.ts";
import { softmaxCrossEntropy } from "../../ops/crossEntropy/crossEntropy.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { renamed } from "../../ops/rename/rename.ts";
import { atIndex } from "../../ops/slice/at.ts";
import { slice } from "../../ops/slice/slice.ts";
import { logSoftmax } from "../../ops/softmax/softmax.ts";
import { linear } from "../linear.ts";
import { clusterLogits } from "./adaptiveLogits.ts";
import { type Cluster, clustersArgument, type Placed } from "./clusters.ts";

/** The weights of an adaptive softmax. */
export interface AdaptiveSoftmaxWeights {
  /** The first is of frequent words, which compete with the other clusters as a whole. */
  readonly clusters: readonly Cluster[];
  /** From features to how likely each other cluster is, such as [tail, embd]. */
  // biome-ignore lint/suspicious/noExplicitAny: any dims
  readonly tails: Tensor<any>;
}

/** What both functions are given, checked: the words of the first cluster, then a logit for each other. */
interface Given {
  readonly head: AnyTensor;
  readonly frequent: Placed;
  readonly rare: readonly Placed[];
}

function given(
  op: string,
  x: Tensor<string>,
  { clusters, tails }: AdaptiveSoftmaxWeights,
  over: string,
  features: string,
): Given {
  const from = tensorArgument(op, "x", x, ["float32"]) as Tensor<string>;
  const [frequent, ...rare] = clustersArgument(op, clusters, over, features);
  const led = tensorArgument(op, "weights.tails", tails, ["float32"]);
  namedDim(op, "features", led, features);
  const tail = dimsOf(led).find((d) => d.name !== features);
  if (led.names.length !== 2 || tail?.size !== rare.length || rare.length === 0) {
    const sentence = `${op}: 'tails' has '${features}' and a dim with a row for each cluster but the first: ${rare.length}.`;
    throw misuse("bad-argument", sentence, { tails: led });
  }
  const others = renamed(
    linear(from, led as Tensor<string>) as never as AnyTensor,
    tail.name,
    over,
  );
  const words = clusterLogits(from, frequent!);
  return { head: concat([words, others as Tensor<string>], over), frequent: frequent!, rare };
}

/**
 * The log-probabilities of all words by an adaptive softmax (Grave and others, 2017): of a rare word, that
 * of its cluster and that of the word in it.
 *
 * @param x such as [batch, length, embd]
 * @param over the dim of words
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument`, `unknown-option`
 * @example
 * const rare = { table: ones([dimension("vocab", 900), kv]), up: ones([kv, embd]) };
 * const clusters = [{ table: ones([dimension("vocab", 100), embd]) }, rare];
 * const tails = ones([dimension("tail", 1), embd]);
 * adaptiveLogSoftmax(x, { clusters, tails }, "vocab", "embd"); // -> [batch, length, vocab]
 */
export function adaptiveLogSoftmax<A extends string, V extends string, E extends A>(
  x: Tensor<A>,
  weights: AdaptiveSoftmaxWeights,
  over: V,
  features: E,
): Tensor<Exclude<A, E> | V> {
  const op = "adaptiveLogSoftmax";
  const { head, frequent, rare } = given(op, x as never, weights, over, features);
  const first = logSoftmax(head as Tensor<string>, over);
  const words = slice(first, over, 0, frequent.size);
  const others = rare.map((cluster, i) => {
    const within = logSoftmax(clusterLogits(x as never, cluster), over);
    return apply("add", within, atIndex(first, over, frequent.size + i));
  });
  return concat([words, ...(others as Tensor<string>[])], over) as never;
}

/**
 * The cross-entropy of an adaptive softmax with labels: no softmax goes over more than a cluster. For a label
 * outside the vocabulary it is 0.
 *
 * @param x such as [batch, length, embd]
 * @param labels such as int32 [batch, length]
 * @throws MtfError as `adaptiveLogSoftmax`
 * @example
 * const rare = { table: ones([dimension("vocab", 900), kv]), up: ones([kv, embd]) };
 * const clusters = [{ table: ones([dimension("vocab", 100), embd]) }, rare];
 * const tails = ones([dimension("tail", 1), embd]);
 * adaptiveCrossEntropy(x, { clusters, tails }, token, "vocab", "embd"); // -> [batch, length]
 */
export function adaptiveCrossEntropy<A extends string, E extends A>(
  x: Tensor<A>,
  weights: AdaptiveSoftmaxWeights,
  labels: Tensor<Exclude<A, NoInfer<E>>, "int32">,
  over: string,
  features: E,
): Tensor<Exclude<A, E>> {
  const op = "adaptiveCrossEntropy";
  const wanted = tensorArgument(op, "labels", labels, ["int32"]);
  const { head, frequent, rare } = given(op, x as never, weights, over, features);
  const lossOf = (logits: unknown, ids: AnyTensor): AnyTensor =>
    softmaxCrossEntropy(logits as Tensor<string>, ids as never, over) as AnyTensor;
  let first: AnyTensor = wanted;
  const losses = rare.map((cluster, i) => {
    const own = apply("sub", wanted, cluster.begin);
    const isHere = apply("and", apply("greaterEqual", own, 0), apply("less", own, cluster.size));
    first = apply("where", isHere, frequent.size + i, first);
    return lossOf(clusterLogits(x as never, cluster), own);
  });
  return apply("add", lossOf(head, first), ...losses) as never;
}
