import { arrayArgument } from "../../arguments.ts";
import type { Mistake, Select, Selects, Without } from "../../dimension.ts";
import { dimsOf, isTensor, type Tensor } from "../../graph/tensor.ts";
import { nearest } from "../../suggest.ts";
import {
  hasDim,
  misuse,
  selectName,
  tensorArgument,
  tensorsArgument,
  unionDims,
} from "../check.ts";
import type { Lonely, LonelyOf, NamesIn } from "./lonely.ts";
import { productOf } from "./productOf.ts";

const numeric = ["float32", "int32"] as const;

/**
 * The product of two tensors, or of any number in an array, summed over the dims that are not
 * named: matrix products, and their kin. The result has its dims as named.
 *
 * A dim can only be summed where two operands have it: a lonely one is taken for a mistake by the
 * compiler; use `sum`.
 *
 * @throws MtfError `lonely-dim`, `missing-dim`, `size-mismatch`, `duplicate-dim`, `dtype-mismatch`
 * @example
 * einsum(image, params.up, "batch", "hidden"); // [batch, pixel] · [pixel, hidden]
 * einsum([query, keys, mask], ["batch", "heads"]);
 */
export function einsum<A extends string, B extends string, const O extends readonly (A | B)[] = []>(
  a: Tensor<A>,
  b: Tensor<B>,
  ...output: [Lonely<A, B, O[number]>] extends [never]
    ? Selects<O>
    : readonly Mistake<`'${Lonely<A, B, O[number]>}' would be summed although only one operand has it`>[]
): Tensor<O[number]>;
// Last, and of another arity than any product that names dims: the compiler then has one overload
// to complain about.
export function einsum<
  const Operands extends readonly unknown[],
  const O extends readonly NamesIn<Operands>[] = [],
>(
  operands: Operands,
  output: [LonelyOf<Operands, O[number]>] extends [never]
    ? Selects<O>
    : Mistake<`'${LonelyOf<Operands, O[number]>}' would be summed although only one operand has it`>,
): Tensor<O[number]>;
export function einsum(first: unknown, second: unknown, ...rest: readonly unknown[]): never {
  const many = Array.isArray(first) && !isTensor(second);
  const operands = many
    ? tensorsArgument("einsum", "operands", first, numeric)
    : [
        tensorArgument("einsum", "a", first, numeric),
        tensorArgument("einsum", "b", second, numeric),
      ];
  const takes = "an array of the result's dims";
  const output = many ? arrayArgument("einsum", "output", second, takes) : rest;
  return productOf("einsum", operands, output) as never;
}

/**
 * The product of two tensors, summed over the dims that are named; all others remain. Unlike `sum`,
 * it sums over no dim where none is named. Where a layer is generic in the dims it does not know, this
 * is the function to use.
 *
 * @throws MtfError `missing-dim` unless both have the dim, `size-mismatch`, `dtype-mismatch`
 * @example
 * contract(x, weight, "embd"); // [batch, embd] · [embd, hidden] -> [batch, hidden]
 */
export function contract<
  A extends string,
  B extends string,
  const C extends readonly (A & B)[] = [],
>(a: Tensor<A>, b: Tensor<B>, ...over: Selects<C>): Tensor<Without<A | B, C[number]>>;
export function contract<A extends string, B extends string, const C extends string = never>(
  a: Tensor<A>,
  b: Tensor<B>,
  ...over: (C extends A & B ? Select<C> : Mistake<`'${C}' is not a dimension of both operands`>)[]
): Tensor<Without<A | B, C>>;
export function contract(a: unknown, b: unknown, ...over: readonly Select<string>[]): never {
  const left = tensorArgument("contract", "a", a, numeric);
  const right = tensorArgument("contract", "b", b, numeric);
  const summed = over.map((select) => selectName("contract", "over", select));
  for (const name of summed) {
    if (hasDim(left, name) && hasDim(right, name)) continue;
    const shared = (left.names as readonly string[]).filter((own) => hasDim(right, own));
    const near = nearest(name, shared);
    throw misuse(
      "missing-dim",
      `contract: '${name}' is not a dim of both operands.`,
      { left, right },
      near === undefined ? [] : [`"${near}"`],
      { dim: name },
    );
  }
  const names = unionDims("contract", [left, right]).map((d) => d.name);
  const output = names.filter((name) => !summed.includes(name));
  return productOf("contract", [left, right], output) as never;
}

/**
 * Every element of one tensor times every element of another.
 *
 * @throws MtfError `size-mismatch`, `dtype-mismatch`
 * @example
 * outer(left, right); // [row] · [column] -> [row, column]
 */
export function outer<A extends string, B extends string>(
  a: Tensor<A>,
  b: Tensor<B>,
): Tensor<A | B> {
  const operands = [
    tensorArgument("outer", "a", a, numeric),
    tensorArgument("outer", "b", b, numeric),
  ];
  const names = [...new Set(operands.flatMap((x) => dimsOf(x).map((d) => d.name)))];
  return productOf("outer", operands, names) as never;
}
