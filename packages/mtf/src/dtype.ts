/** The element types of tensors. A bool is one byte, the others four. */
export type DType = "float32" | "int32" | "bool";

export const dtypes: readonly DType[] = ["float32", "int32", "bool"];

/** The typed array that holds elements of a dtype on the host. */
export type HostArray = Float32Array | Int32Array | Uint8Array | Float64Array;

export const bytesPerElement: Readonly<Record<DType, number>> = { float32: 4, int32: 4, bool: 1 };

/** Abbreviations used in printed programs: `f32[batch=8]`. */
export const dtypeAbbreviation: Readonly<Record<DType, string>> = {
  float32: "f32",
  int32: "i32",
  bool: "bool",
};

export function hostArray(dtype: DType, length: number): Float32Array | Int32Array | Uint8Array {
  switch (dtype) {
    case "float32":
      return new Float32Array(length);
    case "int32":
      return new Int32Array(length);
    case "bool":
      return new Uint8Array(length);
  }
}
