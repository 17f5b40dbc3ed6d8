import { copyElements } from "../../backend/slices/copy.ts";
import type { DType, HostArray } from "../../dtype.ts";
import { MtfError } from "../../errors.ts";
import { narrowHalves, widenHalves } from "../../rest/halves.ts";
import type { FileSource } from "../devices.ts";

/** How a file stores numbers. */
export type Stored = NonNullable<FileSource["stored"]>;

/** What numbers are kept as: of 16 bits where they rest so. */
export type Kept = DType | "bfloat16" | "float16";

export const storedBytes: Readonly<Record<Stored, number>> = {
  float32: 4,
  float16: 2,
  bfloat16: 2,
  float64: 8,
  int32: 4,
  int64: 8,
  bool: 1,
};

/** Copies `length` numbers of a stretch of a file, from `from` on, to a place in an array. */
export type CopyStored = (from: number, to: number, length: number) => void;

/** Whether numbers are kept in the very bytes of the file. */
export function storedAlike(stored: Stored, kept: Kept): boolean {
  return stored === kept && stored !== "bool";
}

/**
 * How the numbers in a stretch of a file get into an array where they are kept. Bytes are little-endian,
 * as this machine's are.
 *
 * @param bytes the stretch, which begins its buffer
 */
export function copyStored(
  bytes: Uint8Array,
  stored: Stored,
  into: HostArray,
  kept: Kept,
): CopyStored {
  const numbers = numbersIn(bytes, stored);
  if (stored === "int64") return fromInt64(numbers as BigInt64Array, into, kept);
  const given = numbers as HostArray;
  if (storedAlike(stored, kept)) {
    return (from, to, length) => copyElements(given, from, into, to, length);
  }
  const halves = stored === "float16" || stored === "bfloat16";
  if (kept === "float16" || kept === "bfloat16") {
    const narrow = narrowHalves[kept];
    if (stored === "float32") return (from, to, length) => narrow(given, from, into, to, length);
    return (from, to, length) => {
      const singles = new Float32Array(length);
      copyStored(bytes, stored, singles, "float32")(from, 0, length);
      narrow(singles, 0, into, to, length);
    };
  }
  if (!halves) return (from, to, length) => cast(given, from, into, to, length, kept);
  const widen = widenHalves[stored];
  if (kept === "float32") return (from, to, length) => widen(given, from, into, to, length);
  return (from, to, length) => {
    const singles = new Float32Array(length);
    widen(given, from, singles, 0, length);
    cast(singles, 0, into, to, length, kept);
  };
}

function numbersIn({ buffer, length }: Uint8Array, stored: Stored): HostArray | BigInt64Array {
  const count = length / storedBytes[stored];
  switch (stored) {
    case "float32":
      return new Float32Array(buffer, 0, count);
    case "float64":
      return new Float64Array(buffer, 0, count);
    case "int32":
      return new Int32Array(buffer, 0, count);
    case "bool":
      return new Uint8Array(buffer, 0, count);
    case "int64":
      return new BigInt64Array(buffer, 0, count);
    case "float16":
    case "bfloat16":
      return new Uint16Array(buffer, 0, count);
  }
}

function fromInt64(given: BigInt64Array, into: HostArray, kept: Kept): CopyStored {
  return (from, to, length) => {
    const numbers = Float64Array.from(given.subarray(from, from + length), Number);
    if (kept !== "float16" && kept !== "bfloat16") cast(numbers, 0, into, to, length, kept);
    else narrowHalves[kept](Float32Array.from(numbers), 0, into, to, length);
  };
}

function cast(
  given: HostArray,
  from: number,
  into: HostArray,
  to: number,
  length: number,
  kept: DType,
): void {
  if (kept === "float32") return copyElements(given, from, into, to, length);
  for (let i = 0; i < length; i++) {
    const number = given[from + i]!;
    into[to + i] = kept === "bool" && number ? 1 : number;
    if (kept === "bool" || into[to + i] === number) continue;
    throw new MtfError("wrong-input", `a file holds ${number}, which is not an int32.`);
  }
}
