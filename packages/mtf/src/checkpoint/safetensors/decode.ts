import { wordArgument } from "../../arguments.ts";
import { MtfError } from "../../errors.ts";
import { fromBfloat16, fromFloat16 } from "../../half.ts";
import type { StoredDType } from "./stored.ts";

const readable = ["float64", "float32", "int32", "bool"] as const;

/** The element types numbers can be read as. */
export type ReadAs = (typeof readable)[number];

export function readAsArgument(fn: string, argument: string, as: unknown): ReadAs {
  return wordArgument(fn, argument, as, readable);
}

/** The array that holds elements of a type. */
export interface ArrayFor {
  readonly float64: Float64Array<ArrayBuffer>;
  readonly float32: Float32Array<ArrayBuffer>;
  readonly int32: Int32Array<ArrayBuffer>;
  readonly bool: Uint8Array<ArrayBuffer>;
}

/** Numbers as they are stored, or bits that stand for them; those of 64 bits as float64. */
export type Elements =
  | Float64Array
  | Float32Array
  | Int32Array
  | Uint32Array
  | Int16Array
  | Uint16Array
  | Int8Array
  | Uint8Array;

/** How bytes are read as numbers. */
export interface Decoder {
  /** The elements of little-endian bytes, which begin their buffer. */
  readonly elements: (bytes: Uint8Array<ArrayBuffer>) => Elements;
  /** The number that an element stands for; without it the element itself. */
  readonly number?: (element: number) => number;
}

const f64: Decoder = { elements: ({ buffer, length }) => new Float64Array(buffer, 0, length / 8) };
const f32: Decoder = { elements: ({ buffer, length }) => new Float32Array(buffer, 0, length / 4) };
const i32: Decoder = { elements: ({ buffer, length }) => new Int32Array(buffer, 0, length / 4) };
const u32: Decoder = { elements: ({ buffer, length }) => new Uint32Array(buffer, 0, length / 4) };
const i16: Decoder = { elements: ({ buffer, length }) => new Int16Array(buffer, 0, length / 2) };
const u16: Decoder = { elements: ({ buffer, length }) => new Uint16Array(buffer, 0, length / 2) };
const i8: Decoder = { elements: ({ buffer, length }) => new Int8Array(buffer, 0, length) };
const u8: Decoder = { elements: (bytes) => bytes };

const decoders: Partial<Record<StoredDType, Decoder>> = {
  F64: f64,
  F32: f32,
  F16: { ...u16, number: fromFloat16 },
  BF16: { ...u16, number: fromBfloat16 },
  I64: { elements: (bytes) => wide(u32.elements(bytes), i32.elements(bytes)) },
  U64: { elements: (bytes) => wide(u32.elements(bytes), u32.elements(bytes)) },
  I32: i32,
  U32: u32,
  I16: i16,
  U16: u16,
  I8: i8,
  U8: u8,
  BOOL: { ...u8, number: (byte) => (byte === 0 ? 0 : 1) },
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
 * How a tensor's bytes are read as numbers of a type.
 *
 * @throws MtfError `dtype-mismatch` where that would lose more than precision; `number` does so
 * where int32 cannot hold an element
 */
export function decoderOf(name: string, dtype: StoredDType, as: ReadAs): Decoder {
  const decoder = decoders[dtype];
  const lossy = (as === "int32" && floats.includes(dtype)) || (as === "bool" && dtype !== "BOOL");
  if (!decoder || lossy) {
    throw new MtfError("dtype-mismatch", `tensor '${name}' is ${dtype}, not to be read as ${as}.`, {
      try: decoder ? [`as ${naturalType(dtype)}`] : ["its raw bytes"],
    });
  }
  if (as !== "int32" || !["I64", "U64", "U32"].includes(dtype)) return decoder;
  const number = (element: number): number => {
    if (element === (element | 0)) return element;
    throw new MtfError("dtype-mismatch", `tensor '${name}' holds ${element}, beyond int32.`);
  };
  return { ...decoder, number };
}

/** An array for as many numbers of a type. */
export function arrayFor(as: ReadAs, length: number): ArrayFor[ReadAs] {
  if (as === "float64") return new Float64Array(length);
  if (as === "float32") return new Float32Array(length);
  return as === "int32" ? new Int32Array(length) : new Uint8Array(length);
}

/** Whole numbers of 64 bits as the nearest that float64 holds. */
function wide(low: Elements, high: Elements): Float64Array {
  const result = new Float64Array(low.length / 2);
  for (let i = 0; i < result.length; i++) result[i] = high[2 * i + 1]! * 2 ** 32 + low[2 * i]!;
  return result;
}
