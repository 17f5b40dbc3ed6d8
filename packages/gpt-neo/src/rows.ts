import { placeholder, type Tensor } from "mtf";
import type { Dims } from "./models/index.ts";

/** Rows of ids, and of labels beside them. */
export type Rows = Tensor<"batch" | "length", "int32">;

/** Placeholders of rows. */
export function rowsOf(dims: Dims): Rows {
  return placeholder([dims.batch, dims.length], "int32");
}
