import type { Select } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { dtypesDiffer, misuse, namedDim, selectName, tensorsArgument } from "../check.ts";

/**
 * Tensors one after the other along a dim, which keeps its name and gets the sum of the sizes.
 *
 * @throws MtfError `bad-argument` for no tensors, `missing-dim` unless all have the same dims,
 * `size-mismatch` where another dim differs, `dtype-mismatch`
 * @example
 * concat([past, present], "memory_length");
 */
export function concat<A extends string, D extends DType, S extends A>(
  xs: readonly Tensor<A, D>[],
  dim: Select<S>,
): Tensor<A, D> {
  const tensors = tensorsArgument("concat", "xs", xs);
  const [first, ...others] = tensors;
  if (!first) throw misuse("bad-argument", "concat: there is nothing to put together.", {});
  const name = selectName("concat", "dim", dim);
  const size = tensors.reduce((n, x) => n + namedDim("concat", "dim", x, name).size, 0);
  for (const x of others) requireAlike(first, x, name);
  const dims = dimsOf(first).map((d) => (d.name === name ? { name, size } : d));
  return makeTensor("concat", { dim: name }, tensors, { dims, dtype: first.dtype }) as never;
}

function requireAlike(first: AnyTensor, other: AnyTensor, along: string): void {
  const tensors = { first, other };
  if (first.dtype !== other.dtype) throw dtypesDiffer("concat", first, other);
  for (const [a, b] of [
    [first, other],
    [other, first],
  ] as const) {
    for (const d of dimsOf(a)) {
      const same = dimsOf(b).find((own) => own.name === d.name);
      if (!same) {
        throw misuse("missing-dim", `concat: only one of two tensors has '${d.name}'.`, tensors);
      }
      if (d.name === along || same.size === d.size) continue;
      throw misuse(
        "size-mismatch",
        `concat: '${d.name}' is ${dimsOf(first).find((own) => own.name === d.name)!.size} long in one tensor and ${dimsOf(other).find((own) => own.name === d.name)!.size} in another.`,
        tensors,
      );
    }
  }
}
