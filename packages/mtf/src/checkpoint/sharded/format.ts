import type { StoredDType as AnyDType, DType } from "../../dtype.ts";
import type { Box } from "../../program/placement.ts";
import { type Rest, restDType } from "../../rest/rest.ts";
import type { StoredDType } from "../safetensors/index.ts";

/** The list of a checkpoint's parts, beside the files that hold them. */
export const indexName = "checkpoint.json";

/** What `checkpoint.json` says that it is. */
export const formatName = "mtf-checkpoint";

/**
 * How it says so. A later version may lay things out otherwise. Since 2 there are checksums of its files,
 * since 3 one of the index, too.
 */
export const formatVersion = 3;

/** A file's checksums are those of pieces, so that a slice is checked without reading the rest. */
export const blockBytes: number = 1 << 18;

/** What `checkpoint.json` holds. */
export interface Index {
  readonly format: typeof formatName;
  readonly version: 1 | 2 | typeof formatVersion;
  /** Whatever the program wants to find again: steps, positions in data, settings. */
  readonly metadata: unknown;
  /** What is known of each file that holds parts; the first version has none. */
  readonly files?: { readonly [file: string]: FileSums };
  readonly tensors: { readonly [name: string]: Entry };
  /** The CRC-32 of the rest, in eight hexadecimal digits, as `indexSum` has it. */
  readonly crc32?: string;
}

/** How a file was written. */
export interface FileSums {
  readonly bytes: number;
  /** The CRC-32 of each block, the last of which may be shorter: eight hexadecimal digits each. */
  readonly crc32: string;
}

export interface Entry {
  readonly dtype: DType;
  /** What it rests as, and is stored as, where that is narrower. */
  readonly rest?: Rest | undefined;
  readonly dims: readonly (readonly [name: string, size: number])[];
  /** Which files hold which boxes; the boxes do not overlap and make up the tensor. */
  readonly parts: readonly Part[];
}

export interface Part {
  readonly file: string;
  readonly box: Box;
}

const stored: Readonly<Record<AnyDType, StoredDType>> = {
  float32: "F32",
  int32: "I32",
  bool: "BOOL",
  bfloat16: "BF16",
  float16: "F16",
  int8: "I8",
};

/** How a file stores a tensor. */
export function storedAs({ dtype, rest }: Pick<Entry, "dtype" | "rest">): StoredDType {
  return stored[rest === undefined ? dtype : restDType(rest)];
}

/** The tensor of a file that holds the scales of an int8. */
export const scalesOf = (name: string): string => `${name}.scales`;
