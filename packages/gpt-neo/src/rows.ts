import { placeholder, type Tensor } from "mtf";
import { ignoredLabel } from "./data/index.ts";
import type { Dims } from "./models/index.ts";

/** Rows of ids, and of labels beside them. */
export type Rows = Tensor<"batch" | "length", "int32">;

/** Placeholders of rows. */
export function rowsOf(dims: Dims): Rows {
  return placeholder([dims.batch, dims.length], "int32");
}

/** Numbers of rows: ids, and the label of each. */
export interface RowNumbers {
  readonly tokens: Int32Array;
  readonly labels: Int32Array;
}

/** `[rows, length]` of sequences below each other, filled up at their ends and by rows without labels. */
export function padRows(
  sequences: readonly RowNumbers[],
  rows: number,
  length: number,
): RowNumbers {
  const tokens = new Int32Array(rows * length);
  const labels = new Int32Array(rows * length).fill(ignoredLabel);
  for (const [row, sequence] of sequences.entries()) {
    tokens.set(sequence.tokens, row * length);
    labels.set(sequence.labels, row * length);
  }
  return { tokens, labels };
}
