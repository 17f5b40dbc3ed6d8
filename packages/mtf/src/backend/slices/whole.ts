import type { Dimension } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import type { Slice } from "../backend.ts";

/** The slice that is all of a tensor. */
export function wholeSlice(dims: readonly Dimension[], dtype: DType): Slice {
  return { dims, dtype, box: dims.map(({ size }) => ({ begin: 0, size })) };
}
