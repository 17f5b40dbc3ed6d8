import type { Dimension, Select, Without } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { dtypesDiffer, hasDim, misuse, namedDim, tensorArgument } from "../check.ts";
import { renamed } from "../rename/rename.ts";
import { putRows } from "../scatter/scatter.ts";
import { placesOf, positionArgument, window } from "./window.ts";

/**
 * The tensor with part of a dim replaced by `value`, from a position on that only the devices know:
 * an int32 scalar, or a tensor with dims of `x`, which gives each row a position of its own. `value`
 * has the dims of `x`, this one as long as it likes. A window that would reach over an end is moved
 * until it fits, as in JAX. Where `x` is given up, such as a donated argument, it is written to in
 * place; where the dim is split, each device writes what its slice holds.
 *
 * @throws MtfError `missing-dim`, `dim-taken`, `size-mismatch`, `dtype-mismatch`, `bad-argument`
 * where the value is longer than the dim
 * @example
 * dynamicUpdate(cache, newest, "length", end); // [batch, length, kv], newest [batch, length=1, kv]
 */
export function dynamicUpdate<
  A extends string,
  D extends DType,
  S extends A,
  B extends Without<A, S> = never,
>(
  x: Tensor<A, D>,
  value: Tensor<NoInfer<A>, NoInfer<D>>,
  dim: Select<S>,
  position: Tensor<B, "int32">,
): Tensor<A, D> {
  const tensor = tensorArgument("dynamicUpdate", "x", x);
  const part = tensorArgument("dynamicUpdate", "value", value);
  if (tensor.dtype !== part.dtype) throw dtypesDiffer("dynamicUpdate", tensor, part);
  const along = namedDim("dynamicUpdate", "dim", tensor, dim);
  requireValue(tensor, part, along);
  const begin = positionArgument("dynamicUpdate", "position", tensor, along, position);
  const { size } = dimsOf(part).find((d) => d.name === along.name)!;
  const rows = renamed(part, along.name, window);
  return putRows(tensor, rows, placesOf(along, size, begin), along.name, true) as never;
}

/** The value has the tensor's dims, no longer along this one and as long along the others. */
function requireValue(tensor: AnyTensor, value: AnyTensor, along: Dimension): void {
  const tensors = { tensor, value };
  const missing = dimsOf(tensor).find((d) => !hasDim(value, d.name));
  const foreign = dimsOf(value).find((d) => !hasDim(tensor, d.name));
  if (missing || foreign) {
    const { name } = (missing ?? foreign)!;
    const who = missing ? "the tensor" : "the value";
    const advice =
      missing?.name === along.name ? [`broadcast(value, dimension("${name}", 1))`] : [];
    const sentence = `dynamicUpdate: only ${who} has '${name}'.`;
    throw misuse("missing-dim", sentence, tensors, advice, { dim: name });
  }
  for (const { name, size } of dimsOf(value)) {
    const whole = dimsOf(tensor).find((d) => d.name === name)!.size;
    if (name === along.name ? size <= whole : size === whole) continue;
    throw misuse(
      name === along.name ? "bad-argument" : "size-mismatch",
      `dynamicUpdate: '${name}' is ${whole} long in the tensor and ${size} in the value.`,
      tensors,
      [`a value with ${name}=${whole}${name === along.name ? " at most" : ""}`],
      { dim: name, sizes: [whole, size] },
    );
  }
}
