import type { Slice } from "../backend.ts";
import { extentsOf, stridesOf, walk, without } from "./walk.ts";

/** Where the rows of a slice along a dim are: row i begins at `start[i]`, neighbours `step` apart. */
export interface Rows {
  readonly start: Int32Array;
  /** 0 for a slice without the dim, which has one number a row. */
  readonly step: number;
}

/** The rows of several slices along one dim, numbered as those of the first. */
export function rowsAlong(over: string, slices: readonly Slice[]): readonly Rows[] {
  const outer = without(extentsOf(slices[0]!), [over]);
  return slices.map((slice) => {
    const strides = stridesOf(extentsOf(slice));
    return { start: walk(outer, strides), step: strides[over] ?? 0 };
  });
}
