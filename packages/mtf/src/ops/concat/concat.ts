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
  const name = selectName("concat", "dim", dim);
  requireAlike("concat", tensors, name);
  return joined(tensors, name) as never;
}

/** Tensors that differ along one dim at most, one after the other along it. */
export function joined(tensors: readonly AnyTensor[], name: string): AnyTensor {
  const [first] = tensors as [AnyTensor];
  const size = tensors.reduce((n, x) => n + namedDim("concat", "dim", x, name).size, 0);
  const dims = dimsOf(first).map((d) => (d.name === name ? { name, size } : d));
  return makeTensor("concat", { dim: name }, tensors, { dims, dtype: first.dtype });
}

/** Tensors to be put together are of one dtype and differ along one dim at most. */
export function requireAlike(op: string, tensors: readonly AnyTensor[], along?: string): void {
  const [first, ...others] = tensors;
  if (!first) throw misuse("bad-argument", `${op}: there is nothing to put together.`, {});
  if (along !== undefined) for (const x of tensors) namedDim(op, "dim", x, along);
  for (const other of others) requirePair(op, first, other, along);
}

function requirePair(
  op: string,
  first: AnyTensor,
  other: AnyTensor,
  along: string | undefined,
): void {
  const tensors = { first, other };
  if (first.dtype !== other.dtype) throw dtypesDiffer(op, first, other);
  for (const [a, b] of [
    [first, other],
    [other, first],
  ] as const) {
    for (const d of dimsOf(a)) {
      const same = dimsOf(b).find((own) => own.name === d.name);
      if (!same) {
        throw misuse("missing-dim", `${op}: only one of two tensors has '${d.name}'.`, tensors);
      }
      if (d.name === along || same.size === d.size) continue;
      throw misuse(
        "size-mismatch",
        `${op}: '${d.name}' is ${dimsOf(first).find((own) => own.name === d.name)!.size} long in one tensor and ${dimsOf(other).find((own) => own.name === d.name)!.size} in another.`,
        tensors,
      );
    }
  }
}
