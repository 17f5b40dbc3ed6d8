import type { StoredDType } from "mtf/checkpoint";
import { fields, WireError } from "./wire.ts";

/** TensorFlow's numbers of element types. */
const dtypes: Readonly<Record<number, StoredDType>> = {
  1: "F32",
  2: "F64",
  3: "I32",
  4: "U8",
  5: "I16",
  6: "I8",
  9: "I64",
  10: "BOOL",
  14: "BF16",
  17: "U16",
  19: "F16",
  22: "U32",
  23: "U64",
};

/** What a bundle says about itself. */
export interface BundleHeader {
  readonly shards: number;
  readonly bigEndian: boolean;
}

/** What a bundle says about a tensor. */
export interface BundleEntry {
  /** Undefined for types that hold no numbers, such as strings. */
  readonly dtype: StoredDType | undefined;
  readonly shape: readonly number[];
  readonly shard: number;
  readonly offset: number;
  readonly size: number;
  /** The masked CRC-32C of its data. */
  readonly checksum: number;
  /** Whether it is written in several slices under other names. */
  readonly sliced: boolean;
}

/**
 * Reads a `BundleHeaderProto`.
 *
 * @throws WireError if it is none
 */
export function readHeader(bytes: Uint8Array): BundleHeader {
  let shards = 0;
  let bigEndian = false;
  for (const field of fields(bytes)) {
    if (field.kind !== "integer") continue;
    if (field.number === 1) shards = field.value;
    if (field.number === 2) bigEndian = field.value !== 0;
  }
  return { shards, bigEndian };
}

/**
 * Reads a `BundleEntryProto`.
 *
 * @throws WireError if it is none
 */
export function readEntry(bytes: Uint8Array): BundleEntry {
  let dtype = 0;
  let shape: readonly number[] = [];
  let sliced = false;
  const numbers = new Map<number, number>();
  for (const field of fields(bytes)) {
    if (field.kind === "bytes") {
      if (field.number === 2) shape = readShape(field.value);
      if (field.number === 7) sliced = true;
    } else if (field.number === 1) dtype = field.value;
    else numbers.set(field.number, field.value);
  }
  return {
    dtype: dtypes[dtype],
    shape,
    shard: numbers.get(3) ?? 0,
    offset: numbers.get(4) ?? 0,
    size: numbers.get(5) ?? 0,
    checksum: numbers.get(6) ?? 0,
    sliced,
  };
}

function readShape(bytes: Uint8Array): readonly number[] {
  const shape: number[] = [];
  for (const dim of fields(bytes)) {
    if (dim.kind !== "bytes" || dim.number !== 2) continue;
    let size = 0;
    for (const field of fields(dim.value)) {
      if (field.kind === "integer" && field.number === 1) size = field.value;
    }
    shape.push(size);
    if (shape.length > 254) throw new WireError("a shape has more than 254 dims", 0);
  }
  return shape;
}
