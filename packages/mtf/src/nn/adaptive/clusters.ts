import { arrayArgument, optionsArgument } from "../../arguments.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { misuse, namedDim, tensorArgument } from "../../ops/check.ts";

/** Words that follow each other in the vocabulary, with vectors as wide as they are worth. */
export interface Cluster {
  /** A row for each word, such as [vocab, width]: `vocab` as long as the cluster. */
  // biome-ignore lint/suspicious/noExplicitAny: each cluster may have a width of its own
  readonly table: Tensor<any>;
  /** From the width of rows to features, such as [width, embd]; left out where rows are features. */
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly up?: Tensor<any> | undefined;
}

/** A cluster that was checked, and the ids of its words: from `begin` on, so many. */
export interface Placed extends Cluster {
  readonly begin: number;
  readonly size: number;
}

/** Clusters one after the other, the first of which begins with id 0. */
export function clustersArgument(
  op: string,
  clusters: unknown,
  over: string,
  features: string,
): readonly Placed[] {
  const given = arrayArgument(op, "clusters", clusters, "an array of clusters");
  if (given.length === 0) throw misuse("bad-argument", `${op}: there are no clusters.`, {});
  let begin = 0;
  return given.map((cluster, i): Placed => {
    optionsArgument(op, `clusters[${i}]`, cluster, ["table", "up"]);
    const { table, up } = cluster as Cluster;
    const rows = tensorArgument(op, `clusters[${i}].table`, table, ["float32"]);
    const to = up === undefined ? rows : tensorArgument(op, `clusters[${i}].up`, up, ["float32"]);
    namedDim(op, "features", to, features);
    const { size } = namedDim(op, "over", rows, over);
    begin += size;
    return { table, up, begin: begin - size, size };
  });
}
