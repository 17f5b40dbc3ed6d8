import type { PagedAttending } from "../../graph/kinds.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import { product } from "../einsum/product.ts";
import { apply } from "../elementwise/apply.ts";
import { scoreDims } from "../flashAttention/operands.ts";
import { rowsOf } from "../gather/gather.ts";
import { reduction } from "../reduce/reduce.ts";
import { pagedOf } from "./operands.ts";
import { inRow, over, seenBy } from "./seen.ts";

/** The result, written out: the keys and values of each row are put next to each other. */
export function pagedAttentionWrittenOut(
  attributes: PagedAttending,
  operands: readonly AnyTensor[],
): AnyTensor {
  const { block, offset, page, within } = attributes;
  const paged = pagedOf(operands);
  const { query, table } = paged;
  const { visible, reached } = seenBy(attributes, paged);
  const [keys, found] = [paged.keys, paged.values].map((x) =>
    inRow(rowsOf(x, table, block), page, offset),
  ) as [AnyTensor, AnyTensor];
  // What lies in the rest of a block may be infinite.
  const values = apply("where", reached, found, 0);
  const dims = scoreDims({ within, over }, dimsOf(query), dimsOf(keys));
  const products = apply("where", visible, product(query, keys, dims), Number.NEGATIVE_INFINITY);
  const seesAny = apply("greater", reduction("max", apply("toInt32", visible), [over]), 0);
  // Where nothing is seen, there is no largest product, and the sum is 0.
  const most = apply("where", seesAny, reduction("max", products, [over]), 0);
  const weights = apply("exp", apply("sub", products, most));
  const sum = apply("where", seesAny, reduction("sum", weights, [over]), 1);
  const weighted = product(weights, values, dimsOf(query));
  return apply("where", seesAny, apply("mul", weighted, apply("reciprocal", sum)), 0);
}
