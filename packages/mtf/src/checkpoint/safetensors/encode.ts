import { MtfError } from "../../errors.ts";
import { toBfloat16, toFloat16 } from "../../half.ts";
import type { Elements } from "./decode.ts";
import type { StoredDType } from "./stored.ts";

/** Numbers of any kind, as tensors are written from. */
export type AnyArray = Elements | BigInt64Array | BigUint64Array;

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
