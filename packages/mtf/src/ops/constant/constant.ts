import { type Dimension, type Dimensions, elements, printDims } from "../../dimension.ts";
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
export function fill<const N extends readonly string[] = [], D extends DType = "float32">(
  dims: Dimensions<N>,
  value: number,
  dtype: D = "float32" as D,
): Tensor<N[number], D> {
  requireValue("fill", value, dtype);
  return filled(value, distinctDims("fill", dims), dtype) as never;
}

/** 0 everywhere. @example zeros([embd]) */
export function zeros<const N extends readonly string[] = [], D extends DType = "float32">(
  dims: Dimensions<N>,
  dtype: D = "float32" as D,
): Tensor<N[number], D> {
  return filled(0, distinctDims("zeros", dims), dtype) as never;
}

/** 1 everywhere. @example ones([embd]) */
export function ones<const N extends readonly string[] = [], D extends DType = "float32">(
  dims: Dimensions<N>,
  dtype: D = "float32" as D,
): Tensor<N[number], D> {
  return filled(1, distinctDims("ones", dims), dtype) as never;
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
): Scalar<D>;
export function constant<
  const N extends readonly string[] = [],
  const Data extends NumberArray = readonly number[],
  D extends DType = Data extends Int32Array ? "int32" : "float32",
>(data: Data, dims: Dimensions<N>, dtype?: D): Tensor<N[number], D>;
export function constant(
  data: number | NumberArray,
  dims: readonly Dimension[] = [],
  dtype: DType = data instanceof Int32Array ? "int32" : "float32",
): never {
  distinctDims("constant", dims);
  if (typeof data === "number") return scalar(data, dims, dtype) as never;
  requireNumbers(data);
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
  requireValue("constant", value, dtype);
  return filled(value, [], dtype);
}

function requireNumbers(data: NumberArray): void {
  const isArray = Array.isArray(data) || ArrayBuffer.isView(data);
  const types = isArray ? Array.from(data, (value) => typeof value) : [typeof data];
  const wrong = types.find((type) => type !== "number");
  if (isArray && wrong === undefined) return;
  throw misuse(
    "bad-argument",
    `constant: it takes an array of numbers, not ${isArray ? "of " : ""}${wrong}.`,
    {},
    ["constant([1, 2], [feature])"],
  );
}

function requireValue(op: string, value: number, dtype: DType): void {
  if (dtype === "float32") return;
  if (dtype === "int32" ? value === (value | 0) : value === 0 || value === 1) return;
  throw misuse("dtype-mismatch", `${op}: ${value} is not a value of ${dtype}.`, {}, [], { value });
}
