import { type Dimension, elements, printDims } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Scalar, type Tensor } from "../../graph/tensor.ts";
import { distinctDims, misuse } from "../check.ts";

export function filled(value: number, dims: readonly Dimension[], dtype: DType): AnyTensor {
  return makeTensor("fill", { value }, [], { dims, dtype });
}

export function zerosLike(x: AnyTensor): AnyTensor {
  return filled(0, dimsOf(x), x.dtype);
}

/**
 * One number everywhere; a scalar where there are no dims.
 *
 * @throws MtfError `duplicate-dim`, and `dtype-mismatch` for a number that the dtype lacks
 * @example
 * fill([batch, embd], 0.5);
 */
export function fill<N extends string = never, D extends DType = "float32">(
  dims: readonly Dimension<N>[],
  value: number,
  dtype: D = "float32" as D,
): Tensor<N, D> {
  requireValue("fill", value, dtype);
  return filled(value, distinctDims("fill", dims), dtype) as never;
}

/** 0 everywhere. @example zeros([embd]) */
export function zeros<N extends string = never, D extends DType = "float32">(
  dims: readonly Dimension<N>[],
  dtype: D = "float32" as D,
): Tensor<N, D> {
  return filled(0, distinctDims("zeros", dims), dtype) as never;
}

/** 1 everywhere. @example ones([embd]) */
export function ones<N extends string = never, D extends DType = "float32">(
  dims: readonly Dimension<N>[],
  dtype: D = "float32" as D,
): Tensor<N, D> {
  return filled(1, distinctDims("ones", dims), dtype) as never;
}

/**
 * A number, or given numbers row by row, as part of the program.
 *
 * @throws MtfError `size-mismatch` unless there is a number for each element, `duplicate-dim`,
 * `dtype-mismatch` for a number that the dtype lacks
 * @example
 * constant([1, 2, 3], [feature]);
 */
export function constant(value: number): Scalar;
export function constant<N extends string = never, D extends DType = "float32">(
  data: readonly number[],
  dims: readonly Dimension<N>[],
  dtype?: D,
): Tensor<N, D>;
export function constant(
  data: number | readonly number[],
  dims: readonly Dimension[] = [],
  dtype: DType = "float32",
): never {
  if (typeof data === "number") return filled(data, [], dtype) as never;
  distinctDims("constant", dims);
  if (data.length !== elements(dims)) {
    throw misuse(
      "size-mismatch",
      `constant: ${data.length} numbers are given for [${printDims(dims)}], which has ${elements(dims)}.`,
      {},
      [],
      { sizes: [data.length, elements(dims)] },
    );
  }
  for (const value of data) requireValue("constant", value, dtype);
  return makeTensor("literal", { data: [...data] }, [], { dims, dtype }) as never;
}

function requireValue(op: string, value: number, dtype: DType): void {
  if (dtype === "float32") return;
  if (dtype === "int32" ? value === (value | 0) : value === 0 || value === 1) return;
  throw misuse("dtype-mismatch", `${op}: ${value} is not a value of ${dtype}.`, {}, [], { value });
}
