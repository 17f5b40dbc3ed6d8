/** How a file stores numbers. The names are those of the format. */
export type StoredDType =
  | "F64"
  | "F32"
  | "F16"
  | "BF16"
  | "I64"
  | "I32"
  | "I16"
  | "I8"
  | "U64"
  | "U32"
  | "U16"
  | "U8"
  | "BOOL"
  | "C64"
  | "F8_E5M2"
  | "F8_E4M3"
  | "F8_E8M0"
  | "F8_E5M2FNUZ"
  | "F8_E4M3FNUZ"
  | "F6_E2M3"
  | "F6_E3M2"
  | "F4";

/**
 * The bits of one element. Those below a byte are packed; they open, but only as raw bytes.
 *
 * @example
 * const bytes = (6 * 8 * storedBits.BF16) / 8; // of a matrix of 6 × 8
 */
export const storedBits: Readonly<Record<StoredDType, number>> = {
  F64: 64,
  F32: 32,
  F16: 16,
  BF16: 16,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
  C64: 64,
  F8_E5M2: 8,
  F8_E4M3: 8,
  F8_E8M0: 8,
  F8_E5M2FNUZ: 8,
  F8_E4M3FNUZ: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
};

/**
 * Whether safetensors files have elements of a type.
 *
 * @example
 * isStoredDType("BF16"); // true
 */
export function isStoredDType(name: string): name is StoredDType {
  return Object.hasOwn(storedBits, name);
}

/** A tensor as a file's header describes it. */
export interface StoredTensor {
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  /** The first byte of its data, counted from the beginning of the file. */
  readonly offset: number;
  /** The length of its data in bytes. */
  readonly bytes: number;
}
