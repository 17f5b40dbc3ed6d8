import type { Tensor } from "../../graph/tensor.ts";
import { tensorArgument } from "../../ops/check.ts";
import { apply } from "../../ops/elementwise/apply.ts";
import { addAll } from "../../ops/elementwise/functions.ts";
import { gather } from "../../ops/gather/gather.ts";
import { linear } from "../linear.ts";
import { type Cluster, clustersArgument } from "./clusters.ts";

/**
 * The vectors of words of a vocabulary in clusters, of which rarer ones are narrow and widened by a product
 * (Baevski and Auli, 2019). Ids count through the clusters; one that is in none has zeros.
 *
 * @param ids such as int32 [batch, length]
 * @param over the dim of words in each table
 * @param features the dim of the vectors
 * @throws MtfError `missing-dim`, `size-mismatch`, `dtype-mismatch`, `bad-argument`, `unknown-option`
 * @example
 * const frequent = { table: ones([dimension("vocab", 100), embd]) };
 * const rare = { table: ones([dimension("vocab", 900), kv]), up: ones([kv, embd]) };
 * adaptiveEmbedding(token, [frequent, rare], "vocab", "embd"); // -> [batch, length, embd]
 */
export function adaptiveEmbedding<B extends string, E extends string>(
  ids: Tensor<B, "int32">,
  clusters: readonly Cluster[],
  over: string,
  features: E,
): Tensor<B | E> {
  const op = "adaptiveEmbedding";
  const token = tensorArgument(op, "ids", ids, ["int32"]);
  const vectors = clustersArgument(op, clusters, over, features).map(({ table, up, begin }) => {
    const own = begin === 0 ? token : apply("sub", token, begin);
    const rows = gather(table, own as Tensor<B, "int32">, over as never) as Tensor<string>;
    return up ? linear(rows, up) : rows;
  });
  return addAll(vectors as readonly Tensor<string>[]) as never;
}
