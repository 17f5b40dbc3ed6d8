import type { Select, Without } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { namedDim, tensorArgument } from "../check.ts";
import { atIndex } from "../slice/at.ts";

/**
 * What a tensor holds at each index of a dim, in order: `stack` backwards.
 *
 * @throws MtfError `missing-dim`
 * @example
 * const [q, k, v] = unstack(projected, "part"); // three of [batch, kv]
 */
export function unstack<A extends string, D extends DType, S extends A>(
  x: Tensor<A, D>,
  dim: Select<S>,
): readonly Tensor<Without<A, S>, D>[] {
  const tensor = tensorArgument("unstack", "x", x);
  const { name, size } = namedDim("unstack", "dim", tensor, dim);
  return Array.from({ length: size }, (_, index) => atIndex(tensor, name, index)) as never;
}
