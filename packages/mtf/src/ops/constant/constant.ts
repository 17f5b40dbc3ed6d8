import { wrongArgument } from "../../arguments.ts";
import { type Dimension, type Dimensions, elements, printDims } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Scalar, type Tensor } from "../../graph/tensor.ts";
import {
  boolConstant,
  dimsBeforeDtype,
  dtypeArgument,
  misuse,
  newDims,
  requireValue,
} from "../check.ts";

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
export function fill<const N extends readonly string[] = [], D extends DType = "float32">(
  dims: Dimensions<N>,
  value: number,
  dtype: D = "float32" as D,
): Tensor<N[number], NoInfer<D>> {
  const into = newDims("fill", "dims", dims);
  requireConstant("fill", "value", value, dtypeArgument("fill", "dtype", dtype));
  return filled(value, into, dtype) as never;
}

/** 0 everywhere. @example zeros([embd]) */
export function zeros<const N extends readonly string[] = [], D extends DType = "float32">(
  dims: Dimensions<N>,
  dtype: D = "float32" as D,
): Tensor<N[number], NoInfer<D>> {
  return filled(0, dimsBeforeDtype("zeros", dims), dtypeArgument("zeros", "dtype", dtype)) as never;
}

/** 1 everywhere. @example ones([embd]) */
export function ones<const N extends readonly string[] = [], D extends DType = "float32">(
  dims: Dimensions<N>,
  dtype: D = "float32" as D,
): Tensor<N[number], NoInfer<D>> {
  return filled(1, dimsBeforeDtype("ones", dims), dtypeArgument("ones", "dtype", dtype)) as never;
}

/** Numbers row by row: an array, or any of JavaScript's arrays of numbers. */
export type NumberArray =
  | readonly number[]
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array;

/**
 * A number, or given numbers row by row, as part of the program. They are float32 unless a dtype is
 * named or they come in an Int32Array.
 *
 * @throws MtfError `size-mismatch` unless there is a number for each element, `duplicate-dim`,
 * `dtype-mismatch` for a number that the dtype lacks, `bad-argument` for what is not numbers
 * @example
 * constant([1, 2, 3], [feature]);
 * constant(new Int32Array([0, 2, 1]), [order]);
 */
export function constant<D extends DType = "float32">(
  value: number,
  dims?: readonly [],
  dtype?: D,
): Scalar<NoInfer<D>>;
export function constant<
  const N extends readonly string[] = [],
  const Data extends NumberArray = readonly number[],
  D extends DType = Data extends Int32Array ? "int32" : "float32",
>(data: Data, dims: Dimensions<N>, dtype?: D): Tensor<N[number], NoInfer<D>>;
export function constant(
  data: number | NumberArray,
  dims: readonly Dimension[] = [],
  dtype: DType = data instanceof Int32Array ? "int32" : "float32",
): never {
  dimsBeforeDtype("constant", dims);
  dtypeArgument("constant", "dtype", dtype);
  if (typeof data === "number") return scalar(data, dims, dtype) as never;
  const numbers = numbersArgument(data);
  const row = numbers.findIndex((value) => Array.isArray(value));
  if (row >= 0) {
    throw wrongArgument("constant", `data[${row}]`, "a number", numbers[row], {
      try: ["data.flat(), row by row"],
    });
  }
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
    requireConstant("constant", `data[${i}]`, value, dtype);
  });
  return makeTensor("literal", { data: [...numbers] as number[] }, [], { dims, dtype }) as never;
}

/** A number is a scalar; that a tensor has it everywhere is for `fill` to say. */
function scalar(value: number, dims: readonly Dimension[], dtype: DType): AnyTensor {
  if (dims.length > 0) {
    throw misuse(
      "bad-argument",
      `constant: ${value} is one number, and [${printDims(dims)}] has ${elements(dims)}.`,
      {},
      [`fill([${dims.map((d) => d.name).join(", ")}], ${value})`],
      { value },
    );
  }
  requireConstant("constant", "data", value, dtype);
  return filled(value, [], dtype);
}

function numbersArgument(data: unknown): readonly unknown[] {
  if (Array.isArray(data)) return data;
  if (ArrayBuffer.isView(data) && !(data instanceof DataView)) {
    return Array.from(data as unknown as ArrayLike<unknown>);
  }
  throw wrongArgument("constant", "data", "a number or an array of numbers", data, {
    try: [typeof data === "boolean" ? boolConstant(data) : "constant([1, 2], [feature])"],
  });
}

function requireConstant(op: string, argument: string, given: unknown, dtype: DType): void {
  // NaN is a value, too.
  if (typeof given !== "number") {
    const advice = typeof given === "boolean" ? [`${given ? 1 : 0}, with the dtype "bool"`] : [];
    throw wrongArgument(op, argument, "a number", given, { try: advice });
  }
  requireValue(op, given, dtype);
}
