import type { DType } from "../../dtype.ts";
import type { Box } from "../../program/placement.ts";
import type { StoredDType } from "../safetensors/index.ts";

/** The list of a checkpoint's parts, beside the files that hold them. */
export const indexName = "checkpoint.json";

/** What `checkpoint.json` holds. */
export interface Index {
  readonly format: "mtf-checkpoint";
  readonly version: 1;
  /** Whatever the program wants to find again: steps, positions in data, settings. */
  readonly metadata: unknown;
  readonly tensors: { readonly [name: string]: Entry };
}

export interface Entry {
  readonly dtype: DType;
  readonly dims: readonly (readonly [name: string, size: number])[];
  /** Which files hold which boxes; the boxes do not overlap and make up the tensor. */
  readonly parts: readonly Part[];
}

export interface Part {
  readonly file: string;
  readonly box: Box;
}

export const storedAs: Readonly<Record<DType, StoredDType>> = {
  float32: "F32",
  int32: "I32",
  bool: "BOOL",
};
