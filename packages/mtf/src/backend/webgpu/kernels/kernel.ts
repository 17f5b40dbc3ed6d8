import type { DType } from "../../../dtype.ts";
import type { Attributes } from "../../../graph/kinds.ts";
import type { Slice } from "../../backend.ts";
import type { LocalKind } from "../../localOp.ts";
import type { Shader } from "../shader.ts";

/** A shader and what it works on: of operands, results and rooms, counted in this order, those it binds. */
export interface Pass {
  readonly shader: Shader;
  /** What it reads, then what it writes. */
  readonly tensors: readonly number[];
}

/** What a kind of op runs on the GPU, for given slices. */
export interface Work {
  readonly passes: readonly Pass[];
  /** What passes leave to later ones: it is there while the op runs. */
  readonly rooms?: readonly { readonly size: number; readonly dtype: DType }[];
  /**
   * Results that are written over what operands were. Where an operand may not be written over, or
   * lies otherwise, `copy` makes the result of it first.
   */
  readonly over?: readonly {
    readonly operand: number;
    readonly result: number;
    readonly copy: Pass;
    readonly alike: boolean;
  }[];
}

/** The kernel of a kind; undefined where it has none for these slices. */
export type Wgsl<K extends LocalKind> = (
  attributes: Attributes[K],
  operands: readonly Slice[],
  results: readonly Slice[],
) => Work | undefined;

/** The kernels by kind: those that are missing are TensorFlow.js's. */
export type WgslTable = { readonly [K in LocalKind]?: Wgsl<K> };

/** One shader that reads all operands and writes all results. */
export function single(
  shader: Shader,
  operands: readonly Slice[],
  results: readonly Slice[],
): Work {
  const tensors = Array.from({ length: operands.length + results.length }, (_, i) => i);
  return { passes: [{ shader, tensors }] };
}
