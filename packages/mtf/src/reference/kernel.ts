import type { Slice } from "../backend/backend.ts";
import type { HostArray } from "../dtype.ts";
import type { Attributes, Kind } from "../graph/kinds.ts";

/** The kinds of op that compute: the others are gone when a program reaches a backend. */
export type LocalKind = Exclude<Kind, "input" | "withLayout" | "loop">;

/**
 * A bound op on plain arrays: writes its results, whatever they held before. Numbers are computed
 * in float64, so results are as precise as the arrays they are written to.
 */
export type HostKernel = (operands: readonly HostArray[], results: readonly HostArray[]) => void;

/** What a kind of op computes, for given slices. All index arithmetic happens here, once. */
export type Bind<K extends LocalKind> = (
  attributes: Attributes[K],
  operands: readonly Slice[],
  results: readonly Slice[],
) => HostKernel;
