import type { Dimension, Mistake, Select, Without } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor, typeOf } from "../../graph/tensor.ts";
import { renamedRest } from "../../rest/rest.ts";
import { misuse, newDim, newName, requireFree, selectDim, tensorArgument } from "../check.ts";

export function renamed(x: AnyTensor, from: string, to: string): AnyTensor {
  const dims = dimsOf(x).map((d) => (d.name === from ? { name: to, size: d.size } : d));
  const { dtype, rest } = typeOf(x);
  const renamed = renamedRest(rest, from, to);
  return makeTensor("rename", { from, to }, [x], {
    dims,
    dtype,
    ...(renamed && { rest: renamed }),
  });
}

/** A name that a tensor does not have, as far as the compiler knows the tensor's names. */
export type FreeName<A extends string, To extends string> = string extends A
  ? To
  : To extends A
    ? Mistake<`this tensor already has a dimension '${To}'`>
    : To;

/**
 * The same tensor with a dim under another name. Given as a dimension, the new one must be as long,
 * and whether its name is free is seen when the function is traced: so a layer that is generic in
 * its dims can rename.
 *
 * @throws MtfError `missing-dim`, `dim-taken` where the new name is in use, `size-mismatch`
 * @example
 * rename(keys, "length", "memory_length");
 * rename(keys, length, memory);
 */
export function rename<A extends string, D extends DType, From extends A, const To extends string>(
  x: Tensor<A, D>,
  from: Select<From>,
  to: Dimension<To> | FreeName<A, To>,
): Tensor<Without<A, From> | To, D> {
  const tensor = tensorArgument("rename", "x", x);
  const dim = selectDim("rename", "from", tensor, from);
  const other = typeof to === "object" ? newDim("rename", "to", to) : undefined;
  const name = other?.name ?? newName("rename", "to", to);
  requireFree("rename", tensor, name, `a name that the tensor lacks`);
  if (other) requireSize(tensor, dim, other);
  return renamed(tensor, dim.name, name) as never;
}

function requireSize(x: AnyTensor, from: Dimension, to: Dimension): void {
  if (from.size === to.size) return;
  throw misuse(
    "size-mismatch",
    `rename: '${from.name}' is ${from.size} long and '${to.name}' is ${to.size}.`,
    { tensor: x },
    [],
    { dims: [from.name, to.name], sizes: [from.size, to.size] },
  );
}
