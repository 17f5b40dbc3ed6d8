import type { DType } from "../../dtype.ts";
import type { Attributes, Kind, Typed } from "../../graph/kinds.ts";

/** What a kind of op gives for what it takes. */
export interface Law<K extends Kind> {
  /** The dtypes that each operand may have; absent where `gives` looks at them itself. */
  readonly takes?: readonly (readonly DType[])[];
  /**
   * The results for these operands, dims in order. What they do not determine (the size of a slice,
   * the order of an einsum's dims) is as in `results`. A text says why there are none.
   */
  readonly gives: (
    attributes: Attributes[K],
    operands: readonly Typed[],
    results: readonly Typed[],
  ) => readonly Typed[] | string;
}
