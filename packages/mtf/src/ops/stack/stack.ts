import type { Dimension } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { dimsOf, type Tensor } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { misuse, newDim, newName, requireFree, tensorsArgument } from "../check.ts";
import { joined, requireAlike } from "../concat/concat.ts";
import type { FreeName } from "../rename/rename.ts";

/**
 * Tensors of the same dims beside each other along a new dim, which comes first. Given as a
 * dimension, it must be as long as there are tensors.
 *
 * @throws MtfError `bad-argument` for no tensors, `dim-taken` where one has the dim, `missing-dim`
 * unless all have the same dims, `size-mismatch`, `dtype-mismatch`
 * @example
 * stack([lossA, lossB, lossC], "task"); // [task]
 */
export function stack<A extends string, D extends DType, const N extends string>(
  xs: readonly Tensor<A, D>[],
  dim: Dimension<N> | FreeName<A, N>,
): Tensor<A | N, D> {
  const tensors = tensorsArgument("stack", "xs", xs);
  requireAlike("stack", tensors);
  const given = typeof dim === "object" ? newDim("stack", "dim", dim) : undefined;
  const name = given?.name ?? newName("stack", "dim", dim);
  for (const x of tensors) requireFree("stack", x, name);
  if (given && given.size !== tensors.length) {
    throw misuse(
      "size-mismatch",
      `stack: '${name}' is ${given.size} long, and there are ${tensors.length} tensors.`,
      {},
      [`"${name}"`],
      { dim: name, sizes: [given.size, tensors.length] },
    );
  }
  const parts = tensors.map((x) => spread(x, [{ name, size: 1 }, ...dimsOf(x)]));
  return joined(parts, name) as never;
}
