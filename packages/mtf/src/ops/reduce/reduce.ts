import { elements, type Select, type Selects, type Without } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { selectDims, tensorArgument } from "../check.ts";
import { apply } from "../elementwise/apply.ts";
import type { Numeric } from "../elementwise/binary.ts";

/** Sum, maximum or minimum over dims of a tensor. */
export function reduction(
  fn: "sum" | "max" | "min",
  x: AnyTensor,
  over: readonly string[],
): AnyTensor {
  if (over.length === 0) return x;
  const dims = dimsOf(x).filter((d) => !over.includes(d.name));
  return makeTensor("reduce", { fn, over }, [x], { dims, dtype: x.dtype });
}

/** Where elements are the extreme of their row; a NaN is, where there is one. */
export function attains(x: AnyTensor, extreme: AnyTensor): AnyTensor {
  const equal = apply("equal", x, extreme);
  return x.dtype === "float32" ? apply("or", equal, apply("notEqual", x, x)) : equal;
}

function reduceOver(
  op: string,
  fn: "sum" | "max" | "min",
  x: unknown,
  over: readonly Select<string>[],
  takes: readonly DType[],
): AnyTensor {
  const tensor = tensorArgument(op, "x", x, takes);
  const dims = over.length > 0 ? selectDims(op, "over", tensor, over) : dimsOf(tensor);
  return reduction(
    fn,
    tensor,
    dims.map((d) => d.name),
  );
}

/** The names without the reduced dims; all are reduced where none is named. */
export type Reduced<A extends string, R extends readonly string[]> = R extends readonly []
  ? never
  : Without<A, R[number]>;

/**
 * The sum over dims, or over all where none is named.
 *
 * @throws MtfError `missing-dim`, `duplicate-dim`, `dtype-mismatch`
 * @example
 * sum(x, "embd"); // [batch, embd] -> [batch]
 */
export function sum<
  A extends string,
  const R extends readonly A[] = [],
  D extends Numeric = "float32",
>(x: Tensor<A, D>, ...over: Selects<R>): Tensor<Reduced<A, R>, D> {
  return reduceOver("sum", "sum", x, over, ["float32", "int32"]) as never;
}

/**
 * The largest element over dims, or over all, and NaN where there is one. The gradient of equals goes
 * to the first.
 *
 * @throws MtfError as `sum`
 * @example
 * max(x, "embd"); // [batch, embd] -> [batch]
 */
export function max<
  A extends string,
  const R extends readonly A[] = [],
  D extends Numeric = "float32",
>(x: Tensor<A, D>, ...over: Selects<R>): Tensor<Reduced<A, R>, D> {
  return reduceOver("max", "max", x, over, ["float32", "int32"]) as never;
}

/** The smallest element over dims, or over all; as `max`. @example min(x, "embd") */
export function min<
  A extends string,
  const R extends readonly A[] = [],
  D extends Numeric = "float32",
>(x: Tensor<A, D>, ...over: Selects<R>): Tensor<Reduced<A, R>, D> {
  return reduceOver("min", "min", x, over, ["float32", "int32"]) as never;
}

/**
 * The mean over dims, or over all: the sum over the whole tensor, however it is split, times 1/n.
 *
 * @throws MtfError as `sum`
 * @example
 * mean(losses, "batch", "length");
 */
export function mean<A extends string, const R extends readonly A[] = []>(
  x: Tensor<A>,
  ...over: Selects<R>
): Tensor<Reduced<A, R>> {
  const total = reduceOver("mean", "sum", x, over, ["float32"]);
  const count = elements(dimsOf(x as AnyTensor)) / elements(dimsOf(total));
  return apply("mul", total, 1 / count) as never;
}

/** Whether it holds for any element along the dims, or along all dims where none is named. @example any(greater(x, 0), "embd") */
export function any<A extends string, const R extends readonly A[] = []>(
  x: Tensor<A, "bool">,
  ...over: Selects<R>
): Tensor<Reduced<A, R>, "bool"> {
  return reduceOver("any", "max", x, over, ["bool"]) as never;
}

/** Whether it holds for every element along the dims, or along all dims where none is named. @example all(isFinite(x), "embd") */
export function all<A extends string, const R extends readonly A[] = []>(
  x: Tensor<A, "bool">,
  ...over: Selects<R>
): Tensor<Reduced<A, R>, "bool"> {
  return reduceOver("all", "min", x, over, ["bool"]) as never;
}
