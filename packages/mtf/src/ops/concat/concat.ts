import { nameOf, type Select } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { misuse, selectDim } from "../check.ts";

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
  const tensors = xs as readonly AnyTensor[];
  const [first, ...others] = tensors;
  if (!first) throw misuse("bad-argument", "concat: there is nothing to put together.", {});
  const name = nameOf(dim);
  const size = tensors.reduce((n, x) => n + selectDim("concat", x, name).size, 0);
  for (const x of others) requireAlike(first, x, name);
  const dims = dimsOf(first).map((d) => (d.name === name ? { name, size } : d));
  return makeTensor("concat", { dim: name }, tensors, { dims, dtype: first.dtype }) as never;
}

function requireAlike(first: AnyTensor, other: AnyTensor, along: string): void {
  const tensors = { first, other };
  if (first.dtype !== other.dtype) {
    throw misuse(
      "dtype-mismatch",
      `concat: the tensors are ${first.dtype} and ${other.dtype}.`,
      tensors,
    );
  }
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
