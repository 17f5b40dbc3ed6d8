import type { DType } from "../../dtype.ts";
import type { Op } from "../../graph/kinds.ts";

/**
 * What result number `result` of an op is full of where one of its operands is empty: a sum of
 * nothing is 0, the largest of nothing is the least number there is.
 */
export function identityOf(op: Op, result: number, dtype: DType): number {
  if (op.kind === "reduce" && op.attributes.fn === "max") return least(dtype);
  if (op.kind === "reduce" && op.attributes.fn === "min") return greatest(dtype);
  if (op.kind === "logsumexp") return least(dtype);
  if (op.kind === "topK" && result === 0) return least(dtype);
  return 0;
}

function least(dtype: DType): number {
  if (dtype === "bool") return 0;
  return dtype === "int32" ? -(2 ** 31) : Number.NEGATIVE_INFINITY;
}

function greatest(dtype: DType): number {
  if (dtype === "bool") return 1;
  return dtype === "int32" ? 2 ** 31 - 1 : Number.POSITIVE_INFINITY;
}
