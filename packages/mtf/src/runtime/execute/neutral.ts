import type { DType } from "../../dtype.ts";
import type { Op } from "../../graph/kinds.ts";
import type { Neutral, Rule } from "../../ops/rule.ts";
import { rules } from "../../ops/rules.ts";

/**
 * What result number `result` of an op is full of where one of its operands is empty; undefined
 * where a kernel has to be asked.
 */
export function neutralOf(op: Op, result: number): Neutral | undefined {
  const { empty } = rules[op.kind] as Rule<never>;
  if (empty === "computed" || empty === "first") return undefined;
  return typeof empty === "string" ? empty : empty(op.attributes as never, result);
}

/** Whether an op gives its first operand as it is where another one is empty. */
export function leavesFirst({ kind }: Op): boolean {
  return rules[kind].empty === "first";
}

/** The number that it is for a dtype. */
export const numberOf: { readonly [N in Neutral]: (dtype: DType) => number } = {
  zero: () => 0,
  least: (dtype) => byType[dtype].least,
  greatest: (dtype) => byType[dtype].greatest,
};

const byType: { readonly [D in DType]: { readonly least: number; readonly greatest: number } } = {
  float32: { least: Number.NEGATIVE_INFINITY, greatest: Number.POSITIVE_INFINITY },
  int32: { least: -(2 ** 31), greatest: 2 ** 31 - 1 },
  bool: { least: 0, greatest: 1 },
};
