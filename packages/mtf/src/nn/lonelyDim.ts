import type { Dimension } from "../dimension.ts";
import { type AnyTensor, dimsOf } from "../graph/tensor.ts";
import { hasDim } from "../ops/check.ts";

/**
 * A dim of what attention reads that lines up with none: of keys that the query lacks, but for their
 * positions, of keys or values that the others lack, or that in which queries are compared, without it.
 */
export function lonelyDim(
  [query, keys, values]: readonly [query: AnyTensor, keys: AnyTensor, values: AnyTensor],
  over: string,
  within: string,
): Dimension | undefined {
  return (
    dimsOf(keys).find((d) => d.name !== over && !hasDim(query, d.name)) ??
    dimsOf(keys).find((d) => !hasDim(values, d.name)) ??
    dimsOf(values).find((d) => !hasDim(keys, d.name)) ??
    dimsOf(query).find((d) => d.name === within && !hasDim(keys, within))
  );
}
