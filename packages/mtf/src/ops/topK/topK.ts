import type { Dimension, Select, Without } from "../../dimension.ts";
import { makeNode } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
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
  return largest(tensor, name, k) as never;
}

/** The largest elements along a dim, and where they stood. */
export function largest(
  x: AnyTensor,
  over: string,
  k: Dimension,
): { readonly values: AnyTensor; readonly indices: AnyTensor } {
  const dims = dimsOf(x).map((d) => (d.name === over ? k : d));
  const [values, indices] = makeNode(
    "topK",
    { over, k: k.name },
    [x],
    [
      { dims, dtype: x.dtype },
      { dims, dtype: "int32" },
    ],
  );
  return { values: values!, indices: indices! };
}
