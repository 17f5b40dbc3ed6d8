/** The element types of tensors. A bool is one byte, the others four. */
export type DType = "float32" | "int32" | "bool";

export const dtypes: readonly DType[] = ["float32", "int32", "bool"];

/** The typed array that holds elements of a dtype on the host. */
export type HostArray = Float32Array | Int32Array | Uint8Array | Float64Array;

/** The array of each dtype, as numbers are read from devices: a bool is a byte, 0 or 1. */
export interface ArrayOf {
  readonly float32: Float32Array;
  readonly int32: Int32Array;
  readonly bool: Uint8Array;
}

export const bytesPerElement: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bool: 1 };

/** Abbreviations used in printed programs: `f32[batch=8]`. */
export const dtypeAbbreviation: Readonly<Record<DType, string>> = {
  float32: "f32",
  int32: "i32",
  bool: "bool",
};

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Whether a tensor of a dtype can hold a number, as near as a float can be. */
export function isValueOf(value: number, dtype: DType): boolean {
  if (dtype === "float32") return true;
  return dtype === "int32" ? value === (value | 0) : value === 0 || value === 1;
}

/** An array of zeros for as many elements. */
export function hostArray<D extends DType>(dtype: D, length: number): ArrayOf[D] {
  return new arrays[dtype](length) as ArrayOf[D];
}

/** Numbers in the array of their dtype: themselves where they are in it already. */
export function arrayOf<D extends DType>(dtype: D, numbers: HostArray): ArrayOf[D] {
  const same = numbers instanceof arrays[dtype];
  return (same ? numbers : new arrays[dtype](numbers)) as ArrayOf[D];
}
