import { type DType, type HostArray, hostArray } from "../../dtype.ts";
import { MtfError } from "../../errors.ts";
import { fromBfloat16, fromFloat16 } from "../../half.ts";
import type { FileSource } from "../devices.ts";

/** How a file stores numbers. */
export type Stored = NonNullable<FileSource["stored"]>;

export const storedBytes: Readonly<Record<Stored, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float64: 8,
  int32: 4,
  int64: 8,
  bool: 1,
};

type Numbers = ArrayLike<number> & Iterable<number>;

/**
 * The numbers in a stretch of a file. Bytes are little-endian, as this machine's are.
 *
 * @param dtype what they are to be; of 16 bits only if they are stored so
 */
export function decode(
  bytes: Uint8Array,
  stored: Stored,
  dtype: DType | "bfloat16" | "float16",
): HostArray {
  const { buffer } = bytes;
  if (dtype === "float16" || dtype === "bfloat16") return new Uint16Array(buffer);
  switch (stored) {
    case "float32":
      return cast(new Float32Array(buffer), dtype);
    case "float64":
      return cast(new Float64Array(buffer), dtype);
    case "int32":
      return cast(new Int32Array(buffer), dtype);
    case "bool":
      return cast(bytes, dtype);
    case "int64":
      return cast(Float64Array.from(new BigInt64Array(buffer), Number), dtype);
    case "float16":
      return cast(Float32Array.from(new Uint16Array(buffer), fromFloat16), dtype);
    case "bfloat16":
      return cast(Float32Array.from(new Uint16Array(buffer), fromBfloat16), dtype);
  }
}

function cast(numbers: Numbers, dtype: DType): HostArray {
  const same =
    (dtype === "float32" && numbers instanceof Float32Array) ||
    (dtype === "int32" && numbers instanceof Int32Array);
  if (same) return numbers as HostArray;
  const result = hostArray(dtype, numbers.length);
  if (dtype === "bool") for (let i = 0; i < numbers.length; i++) result[i] = numbers[i] ? 1 : 0;
  else result.set(numbers);
  if (dtype === "int32") checkInts(numbers, result);
  return result;
}

function checkInts(numbers: Numbers, ints: HostArray): void {
  for (let i = 0; i < ints.length; i++) {
    if (ints[i] === numbers[i]) continue;
    throw new MtfError("wrong-input", `a file holds ${numbers[i]}, which is not an int32.`);
  }
}
