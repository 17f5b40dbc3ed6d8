import type { HostArray } from "../../dtype.ts";
import type { Attributes } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import type { LocalKind } from "../localOp.ts";

/**
 * A bound op on plain arrays: writes its results, whatever they held before. Numbers are computed
 * in float64, so results are as precise as the arrays they are written to.
 */
export type ArrayKernel = (operands: readonly HostArray[], results: readonly HostArray[]) => void;

/** What a kind of op computes, for given slices. All index arithmetic happens here, once. */
export type Bind<K extends LocalKind> = (
  attributes: Attributes[K],
  operands: readonly Slice[],
  results: readonly Slice[],
) => ArrayKernel;
