/** The element types of tensors. A bool is one byte, the others four. */
export type DType = "float32" | "int32" | "bool";

export const dtypes: readonly DType[] = ["float32", "int32", "bool"];

/** What float32 numbers may rest as in memory: they are widened where they are read. */
export type NarrowDType = "bfloat16" | "float16" | "int8";

/** What elements in memory may be. */
export type StoredDType = DType | NarrowDType;

/**
 * The typed array that holds elements of a dtype on the host. Those of 16 bits hold the bits of
 * bfloat16 or float16 numbers.
 */
export type HostArray =
  | Float32Array
  | Int32Array
  | Uint8Array
  | Float64Array
  | Uint16Array
  | Int8Array;

/** The array of each dtype, as numbers are read from devices: a bool is a byte, 0 or 1. */
export interface ArrayOf {
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
}

interface StoredArrayOf extends ArrayOf {
  readonly bfloat16: Uint16Array;
  readonly float16: Uint16Array;
  readonly int8: Int8Array;
}

export const bytesPerElement: Readonly<Record<StoredDType, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  bfloat16: 2,
  float16: 2,
  int8: 1,
};

/** Abbreviations used in printed programs: `f32[batch=8]`. */
export const dtypeAbbreviation: Readonly<Record<StoredDType, string>> = {
  float32: "f32",
  int32: "i32",
  bool: "bool",
  bfloat16: "bf16",
  float16: "f16",
  int8: "i8",
};

const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
  bfloat16: Uint16Array,
  float16: Uint16Array,
  int8: Int8Array,
} as const;

/** Whether a tensor of a dtype can hold a number, as near as a float can be. */
export function isValueOf(value: number, dtype: DType): boolean {
  if (dtype === "float32") return true;
  return dtype === "int32" ? value === (value | 0) : value === 0 || value === 1;
}

/** An array of zeros for as many elements. */
export function hostArray<D extends StoredDType>(dtype: D, length: number): StoredArrayOf[D] {
  return new arrays[dtype](length) as StoredArrayOf[D];
}

/** Memory as the elements of a dtype that lie there. */
export function elementsIn(
  dtype: StoredDType,
  memory: ArrayBufferLike,
  begin: number,
  length: number,
): HostArray {
  return new arrays[dtype](memory as ArrayBuffer, begin, length);
}

/** Numbers in the array of their dtype: themselves where they are in it already. */
export function arrayOf<D extends DType>(dtype: D, numbers: HostArray): ArrayOf[D] {
  const same = numbers instanceof arrays[dtype];
  return (same ? numbers : new arrays[dtype](numbers)) as ArrayOf[D];
}
