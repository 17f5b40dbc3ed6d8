import type { Dimension, Select, Without } from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { hasDim, newDim, requireFree, selectDim, tensorArgument, unionDims } from "../check.ts";
import { apply } from "../elementwise/apply.ts";
import type { Numeric } from "../elementwise/binary.ts";
import { count } from "../iota/iota.ts";
import { reduction } from "../reduce/reduce.ts";

/** Rows of a table. Dims that table and ids share go together. */
export function rowsOf(table: AnyTensor, ids: AnyTensor, dim: string): AnyTensor {
  const rest = dimsOf(table).filter((d) => d.name !== dim && !hasDim(ids, d.name));
  const dims = [...dimsOf(ids), ...rest];
  return makeTensor("gather", { dim }, [table, ids], { dims, dtype: table.dtype });
}

/** Adds rows to a table of zeros along the new `dim`, for each index of the dims that stay `apart`. */
export function addRows(
  rows: AnyTensor,
  ids: AnyTensor,
  dim: Dimension,
  apart: readonly string[] = [],
): AnyTensor {
  const rest = dimsOf(rows).filter((d) => !hasDim(ids, d.name) || apart.includes(d.name));
  const dims = [dim, ...rest];
  return makeTensor("scatterAdd", { dim: dim.name }, [rows, ids], { dims, dtype: rows.dtype });
}

/**
 * The rows of a table along a dim that the ids name; an id outside reads zeros. Where table and ids
 * share dims they line up.
 *
 * @throws MtfError `missing-dim`, `size-mismatch`, and `dtype-mismatch` unless the ids are int32
 * @example
 * gather(embedding, token, "vocab"); // [vocab, embd], int32 [batch, length] -> [batch, length, embd]
 */
export function gather<A extends string, D extends Numeric, B extends string, S extends A>(
  table: Tensor<A, D>,
  ids: Tensor<B, "int32">,
  dim: Select<S>,
): Tensor<Without<A, S> | B, D> {
  const from = tensorArgument("gather", "table", table, ["float32", "int32"]);
  const at = tensorArgument("gather", "ids", ids, ["int32"]);
  const along = selectDim("gather", "dim", from, dim);
  requireFree("gather", at, along.name);
  unionDims("gather", [from, at]);
  return rowsOf(from, at, along.name) as never;
}

/** The elements at `ids`, by comparison: no element is read that another device holds. */
export function pick(x: AnyTensor, ids: AnyTensor, dim: Dimension): AnyTensor {
  const there = apply("equal", count(dim), ids);
  return reduction("sum", apply("where", there, x, 0), [dim.name]);
}

/**
 * The sum, for every position along a new dim, of the rows whose id it is; rows outside vanish.
 * It is what `gather` does, backwards.
 *
 * @throws MtfError `missing-dim` unless the rows have the ids' dims, `dim-taken`, `dtype-mismatch`
 * @example
 * scatterAdd(update, token, vocab); // [batch, embd], int32 [batch] -> [vocab, embd]
 */
export function scatterAdd<A extends string, D extends Numeric, B extends A, N extends string>(
  rows: Tensor<A, D>,
  ids: Tensor<B, "int32">,
  dim: Dimension<N>,
): Tensor<Without<A, B> | N, D> {
  const values = tensorArgument("scatterAdd", "rows", rows, ["float32", "int32"]);
  const at = tensorArgument("scatterAdd", "ids", ids, ["int32"]);
  for (const d of dimsOf(at)) selectDim("scatterAdd", "rows", values, d);
  const into = newDim("scatterAdd", "dim", dim);
  requireFree("scatterAdd", values, into.name);
  return addRows(values, at, into) as never;
}
