import { MtfError } from "../../errors.ts";
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from "./half.ts";
import { type StoredDType, type StoredTensor, storedBits } from "./stored.ts";

/** The element types numbers can be read as. */
export type ReadAs = "float64" | "float32" | "int32" | "bool";

export type NumberArray =
  | Float64Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Uint8Array<ArrayBuffer>;

/** Numbers of any kind, as tensors are written from. */
export type AnyArray =
  | Float64Array
  | Float32Array
  | BigInt64Array
  | BigUint64Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

export const arrayOf: {
  readonly [As in ReadAs]: new (
    length: number,
  ) => Extract<NumberArray, ArrayLike<number>>;
} = {
  float64: Float64Array,
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
};

type ReadElement = (view: DataView, at: number) => number;

const elementReaders: Partial<Record<StoredDType, ReadElement>> = {
  F64: (v, at) => v.getFloat64(at, true),
  F32: (v, at) => v.getFloat32(at, true),
  F16: (v, at) => fromFloat16(v.getUint16(at, true)),
  BF16: (v, at) => fromBfloat16(v.getUint16(at, true)),
  I64: (v, at) => v.getInt32(at + 4, true) * 2 ** 32 + v.getUint32(at, true),
  U64: (v, at) => v.getUint32(at + 4, true) * 2 ** 32 + v.getUint32(at, true),
  I32: (v, at) => v.getInt32(at, true),
  U32: (v, at) => v.getUint32(at, true),
  I16: (v, at) => v.getInt16(at, true),
  U16: (v, at) => v.getUint16(at, true),
  I8: (v, at) => v.getInt8(at),
  U8: (v, at) => v.getUint8(at),
  BOOL: (v, at) => (v.getUint8(at) === 0 ? 0 : 1),
};

const floats: readonly StoredDType[] = ["F64", "F32", "F16", "BF16"];

/** What a tensor's numbers are read as where nobody asks: the type that holds them all. */
export function naturalType(dtype: StoredDType): ReadAs {
  if (dtype === "BOOL") return "bool";
  if (["I32", "I16", "I8", "U16", "U8"].includes(dtype)) return "int32";
  if (["F32", "F16", "BF16"].includes(dtype)) return "float32";
  return "float64";
}

/** Whether the file's bytes are the wanted array's bytes. */
export function storedAs(dtype: StoredDType, as: ReadAs): boolean {
  return (
    (dtype === "F32" && as === "float32") ||
    (dtype === "F64" && as === "float64") ||
    (dtype === "I32" && as === "int32")
  );
}

/**
 * The function that converts stored bytes to numbers, for one tensor.
 *
 * @throws MtfError `dtype-mismatch` where that would lose more than precision
 */
export function converter(
  tensor: StoredTensor,
  as: ReadAs,
): (bytes: Uint8Array, into: NumberArray, at: number) => void {
  const { dtype, name } = tensor;
  const element = elementReaders[dtype];
  const lossy = (as === "int32" && floats.includes(dtype)) || (as === "bool" && dtype !== "BOOL");
  if (!element || lossy) {
    throw new MtfError("dtype-mismatch", `tensor '${name}' is ${dtype}, not to be read as ${as}.`, {
      try: element ? [`as ${naturalType(dtype)}`] : ["its raw bytes"],
    });
  }
  const width = storedBits[dtype] / 8;
  const narrow = as === "int32" && (dtype === "I64" || dtype === "U64" || dtype === "U32");
  return (bytes, into, at) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let from = 0, to = at; from < bytes.byteLength; from += width, to++) {
      const value = element(view, from);
      if (narrow && value !== (value | 0)) {
        throw new MtfError("dtype-mismatch", `tensor '${name}' holds ${value}, beyond int32.`);
      }
      into[to] = value;
    }
  };
}

/**
 * The bytes that store these numbers. A Uint8Array is taken for bytes as they are to be stored.
 *
 * @throws MtfError `dtype-mismatch` where the numbers cannot be stored so
 */
export function encode(name: string, dtype: StoredDType, values: AnyArray): Uint8Array {
  if (values instanceof Uint8Array || same(dtype, values)) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  }
  if (values instanceof Float32Array || values instanceof Float64Array) {
    if (dtype === "F64") return bytesOf(Float64Array.from(values));
    if (dtype === "F32") return bytesOf(Float32Array.from(values));
    if (dtype === "F16") return bytesOf(halves(values, toFloat16));
    if (dtype === "BF16") return bytesOf(halves(values, toBfloat16));
  }
  if (values instanceof Int32Array && dtype === "I64") {
    return bytesOf(BigInt64Array.from(values, BigInt));
  }
  const given = values.constructor.name;
  throw new MtfError("dtype-mismatch", `tensor '${name}' is ${dtype}, given as ${given}.`);
}

function same(dtype: StoredDType, values: AnyArray): boolean {
  return (
    (dtype === "F64" && values instanceof Float64Array) ||
    (dtype === "F32" && values instanceof Float32Array) ||
    (dtype === "I64" && values instanceof BigInt64Array) ||
    (dtype === "U64" && values instanceof BigUint64Array) ||
    (dtype === "I32" && values instanceof Int32Array) ||
    (dtype === "U32" && values instanceof Uint32Array) ||
    (dtype === "I16" && values instanceof Int16Array) ||
    (["U16", "F16", "BF16"].includes(dtype) && values instanceof Uint16Array) ||
    (dtype === "I8" && values instanceof Int8Array)
  );
}

function halves(values: Float32Array | Float64Array, round: (n: number) => number): Uint16Array {
  const result = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = round(values[i]!);
  return result;
}

function bytesOf(array: AnyArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
