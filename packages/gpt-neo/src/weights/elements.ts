import { MtfError } from "mtf";
import {
  type ArrayFor,
  fromBfloat16,
  fromFloat16,
  type ReadAs,
  type StoredDType,
  storedBits,
} from "mtf/checkpoint";

/** Decoded numbers. */
export type Numbers =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

type Bytes = Uint8Array<ArrayBuffer>;

const decoders: Partial<Record<StoredDType, (bytes: Bytes) => Numbers>> = {
  F64: (bytes) => new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8),
  F32: (bytes) => new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
  F16: (bytes) => halves(bytes, fromFloat16),
  BF16: (bytes) => halves(bytes, fromBfloat16),
  I64: (bytes) => Float64Array.from(new BigInt64Array(bytes.buffer, 0, bytes.length / 8), Number),
  U64: (bytes) => Float64Array.from(new BigUint64Array(bytes.buffer, 0, bytes.length / 8), Number),
  I32: (bytes) => new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
  U32: (bytes) => new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4),
  I16: (bytes) => new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2),
  U16: (bytes) => new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2),
  I8: (bytes) => new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  U8: (bytes) => bytes,
  BOOL: (bytes) => bytes.map((byte) => (byte === 0 ? 0 : 1)),
};

/** The width of an element in bytes. */
export function widthOf(dtype: StoredDType): number {
  return storedBits[dtype] / 8;
}

/** What a tensor's numbers are read as where nobody asks: the type that holds them all. */
export function naturalType(dtype: StoredDType): ReadAs {
  if (dtype === "BOOL") return "bool";
  if (["I32", "I16", "I8", "U16", "U8"].includes(dtype)) return "int32";
  if (["F32", "F16", "BF16"].includes(dtype)) return "float32";
  return "float64";
}

/**
 * The numbers that little-endian bytes store. `bytes` begins its buffer.
 *
 * @example
 * decode("BF16", Uint8Array.of(0x80, 0x3f)); // Float32Array [1]
 */
export function decode(dtype: StoredDType, bytes: Bytes): Numbers {
  const decoder = decoders[dtype];
  if (!decoder) throw new MtfError("dtype-mismatch", `numbers of type ${dtype} are not read here.`);
  return decoder(bytes);
}

/** A new array for numbers of a stored type, read as another. */
export function arrayFor(
  name: string,
  dtype: StoredDType,
  as: ReadAs,
  length: number,
): ArrayFor[ReadAs] {
  const float = ["F64", "F32", "F16", "BF16"].includes(dtype);
  if ((as === "int32" && float) || (as === "bool" && dtype !== "BOOL")) {
    const natural = `as ${naturalType(dtype)}`;
    throw new MtfError("dtype-mismatch", `tensor '${name}' is ${dtype}, not to be read as ${as}.`, {
      try: [natural],
    });
  }
  if (as === "float64") return new Float64Array(length);
  if (as === "float32") return new Float32Array(length);
  return as === "int32" ? new Int32Array(length) : new Uint8Array(length);
}

/**
 * Refuses whole numbers that int32 cannot hold.
 *
 * @throws MtfError `dtype-mismatch` naming the first of them
 */
export function checkInt32(name: string, dtype: StoredDType, numbers: Numbers): void {
  if (dtype !== "I64" && dtype !== "U64" && dtype !== "U32") return;
  for (const value of numbers) {
    if (value === (value | 0)) continue;
    throw new MtfError("dtype-mismatch", `tensor '${name}' holds ${value}, beyond int32.`);
  }
}

function halves(bytes: Bytes, value: (bits: number) => number): Float32Array {
  const bits = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 2);
  const result = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) result[i] = value(bits[i]!);
  return result;
}
