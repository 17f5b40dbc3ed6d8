import { elements } from "../../dimension.ts";
import { dimsOf } from "../../graph/tensor.ts";
import { unionDims } from "../check.ts";
import { neverInfinite } from "../neverInfinite.ts";
import type { Rule } from "../rule.ts";
import { product } from "./product.ts";

export const einsum: Rule<"einsum"> = {
  gradient: ({ operands: [a, b] }, [dy]) =>
    dy ? [product(dy, b!, dimsOf(a!)), product(a!, dy, dimsOf(b!))] : [],
  elements: "mixed",
  empty: "zero",
  partition: ({ operands }) => ({
    linear: [0, 1].filter((i) => neverInfinite(operands[1 - i]!)).map((i) => [i]),
  }),
  flops: ({ operands }) => 2 * elements(unionDims("einsum", operands)),
};
