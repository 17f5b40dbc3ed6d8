import type { Attributes } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import type { LocalKind } from "../localOp.ts";
import type { Blas } from "./blas/find.ts";
import type { Heap, HeapBuffer } from "./heap.ts";
import type { Kernels } from "./instantiate.ts";
import type { Codes } from "./opcodes.ts";
import type { Started } from "./tensorflow.ts";

/** What every kernel works with. */
export interface Context {
  readonly heap: Heap;
  readonly kernels: Kernels;
  /** Those of TensorFlow.js's backend, by name. */
  readonly getKernel: Started["getKernel"];
  /** The numbers of the functions of elements. */
  readonly codes: Codes;
  /** The system's, for products of matrices; where there is none, or none is wanted, undefined. */
  readonly blas: Blas | undefined;
  /** Whether results may differ between processors in their last bits. */
  readonly relaxed: boolean;
}

/** A bound op: makes buffers of its results, or returns operands it was told it may reuse. */
export type HeapKernel = (operands: readonly HeapBuffer[]) => readonly HeapBuffer[];

/** Binds one kind of op to slices. */
export type BindHeap<K extends LocalKind> = (
  context: Context,
  attributes: Attributes[K],
  operands: readonly Slice[],
  results: readonly Slice[],
  reuse: readonly number[],
) => HeapKernel;

/** The sizes of a slice's box. */
export function shapeOf(slice: Slice): readonly number[] {
  return slice.box.map((range) => range.size);
}
