import { arrayArgument, numberArgument } from "../../arguments.ts";
import { type Dimension, elements, printDims } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Scalar, type Tensor } from "../../graph/tensor.ts";
import { dtypeArgument, misuse, newDims } from "../check.ts";

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
  const into = newDims("fill", "dims", dims);
  requireValue("fill", "value", value, dtypeArgument("fill", "dtype", dtype));
  return filled(value, into, dtype) as never;
}

/** 0 everywhere. @example zeros([embd]) */
export function zeros<N extends string = never, D extends DType = "float32">(
  dims: readonly Dimension<N>[],
  dtype: D = "float32" as D,
): Tensor<N, D> {
  return filled(0, newDims("zeros", "dims", dims), dtypeArgument("zeros", "dtype", dtype)) as never;
}

/** 1 everywhere. @example ones([embd]) */
export function ones<N extends string = never, D extends DType = "float32">(
  dims: readonly Dimension<N>[],
  dtype: D = "float32" as D,
): Tensor<N, D> {
  return filled(1, newDims("ones", "dims", dims), dtypeArgument("ones", "dtype", dtype)) as never;
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
  const numbers = arrayArgument("constant", "data", data, "a number or an array of numbers");
  newDims("constant", "dims", dims);
  dtypeArgument("constant", "dtype", dtype);
  if (numbers.length !== elements(dims)) {
    throw misuse(
      "size-mismatch",
      `constant: ${numbers.length} numbers are given for [${printDims(dims)}], which has ${elements(dims)}.`,
      {},
      [],
      { sizes: [numbers.length, elements(dims)] },
    );
  }
  numbers.forEach((value, i) => {
    requireValue("constant", `data[${i}]`, value, dtype);
  });
  return makeTensor("literal", { data: [...numbers] as number[] }, [], { dims, dtype }) as never;
}

function requireValue(op: string, argument: string, given: unknown, dtype: DType): void {
  const value = numberArgument(op, argument, given);
  if (dtype === "float32") return;
  if (dtype === "int32" ? value === (value | 0) : value === 0 || value === 1) return;
  throw misuse("dtype-mismatch", `${op}: ${value} is not a value of ${dtype}.`, {}, [], { value });
}
