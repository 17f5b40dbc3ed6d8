import type { Tensor } from "../../graph/tensor.ts";
import { tensorArgument } from "../../ops/check.ts";
import { concat } from "../../ops/concat/concat.ts";
import { linear } from "../linear.ts";
import { type Cluster, clustersArgument, type Placed } from "./clusters.ts";

/** The logits of a cluster's words: of rarer ones features are made narrow first. */
export function clusterLogits(x: Tensor<string>, { table, up }: Placed): Tensor<string> {
  return linear(up ? linear(x, up) : x, table) as never;
}

/**
 * The logits of all words of a vocabulary in clusters: `adaptiveEmbedding` backwards.
 *
 * @param x such as [batch, length, embd]
 * @throws MtfError as `adaptiveEmbedding`
 * @example
 * const clusters = [{ table: ones([dimension("vocab", 100), embd]) }];
 * adaptiveLogits(x, clusters, "vocab", "embd"); // -> [batch, length, vocab]
 */
export function adaptiveLogits<A extends string, V extends string, E extends A>(
  x: Tensor<A>,
  clusters: readonly Cluster[],
  over: V,
  features: E,
): Tensor<Exclude<A, E> | V> {
  const op = "adaptiveLogits";
  const from = tensorArgument(op, "x", x, ["float32"]) as Tensor<string>;
  const each = clustersArgument(op, clusters, over, features).map((one) =>
    clusterLogits(from, one),
  );
  return (each.length === 1 ? each[0]! : concat(each, over)) as never;
}
