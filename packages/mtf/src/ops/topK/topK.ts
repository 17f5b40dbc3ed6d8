import type { Dimension, Select, Without } from "../../dimension.ts";
import { makeNode } from "../../graph/node.ts";
import { dimsOf, type Tensor } from "../../graph/tensor.ts";
import { misuse, namedDim, newDim, requireFree, tensorArgument } from "../check.ts";
import type { Numeric } from "../elementwise/binary.ts";

/**
 * The largest elements along a dim in descending order, and where they stood; of equals the first
 * comes first, and NaN before every number. How many is the size of the new dim.
 *
 * @throws MtfError `missing-dim`, `dim-taken`, `dtype-mismatch`, and `bad-argument` where fewer are
 * @example
 * const { values, indices } = topK(logits, "vocab", dimension("choice", 40));
 */
export function topK<A extends string, D extends Numeric, S extends A, K extends string>(
  x: Tensor<A, D>,
  over: Select<S>,
  k: Dimension<K>,
): {
  readonly values: Tensor<Without<A, S> | K, D>;
  readonly indices: Tensor<Without<A, S> | K, "int32">;
} {
  const tensor = tensorArgument("topK", "x", x, ["float32", "int32"]);
  const { name, size } = namedDim("topK", "over", tensor, over);
  requireFree("topK", tensor, newDim("topK", "k", k).name);
  if (k.size > size) {
    throw misuse("bad-argument", `topK: '${name}' has no ${k.size} elements.`, { tensor }, [], {
      dim: name,
      size,
      wanted: k.size,
    });
  }
  const dims = dimsOf(tensor).map((d) => (d.name === name ? k : d));
  const [values, indices] = makeNode(
    "topK",
    { over: name, k: k.name },
    [tensor],
    [
      { dims, dtype: tensor.dtype },
      { dims, dtype: "int32" },
    ],
  );
  return { values, indices } as never;
}
