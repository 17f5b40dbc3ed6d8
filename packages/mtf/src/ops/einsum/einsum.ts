import { arrayArgument } from "../../arguments.ts";
import {
  type Dimension,
  elements,
  type Mistake,
  type Select,
  type Selects,
  type Without,
} from "../../dimension.ts";
import type { MtfError } from "../../errors.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, isTensor, type Tensor } from "../../graph/tensor.ts";
import { nearest } from "../../suggest.ts";
import { spread } from "../broadcast/broadcast.ts";
import {
  dtypesDiffer,
  hasDim,
  misuse,
  newDim,
  selectName,
  tensorArgument,
  tensorsArgument,
  unionDims,
} from "../check.ts";

const numeric = ["float32", "int32"] as const;

/** Dims that would be summed though only one of two operands has them. */
export type Lonely<A extends string, B extends string, O extends string> = Exclude<
  Exclude<A | B, O>,
  A & B
>;

/** Dims of several operands that would be summed though only one of them has them. */
export type LonelyOf<
  Operands extends readonly unknown[],
  O extends string,
  Seen extends string = never,
> = Operands extends readonly [Tensor<infer A>, ...infer Rest]
  ? Exclude<A, O | Seen | NamesIn<Rest>> | LonelyOf<Rest, O, Seen | A>
  : never;

/** All dims of several operands. */
export type NamesIn<Operands extends readonly unknown[]> = {
  [I in keyof Operands]: Operands[I] extends Tensor<infer A> ? A : never;
}[number];

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

/** A product of any number of tensors; output dims that no operand has are broadcast. */
function productOf(
  op: string,
  operands: readonly AnyTensor[],
  output: readonly unknown[],
): AnyTensor {
  const first = operands[0];
  if (!first) throw misuse("bad-argument", `${op}: there is nothing to multiply.`, {});
  for (const x of operands) if (x.dtype !== first.dtype) throw dtypesDiffer(op, first, x);
  const dims = outputDims(op, operands, output);
  const lonely = lonelyDim(operands, dims);
  if (lonely !== undefined) throw loneliness(op, operands, lonely, dims);
  let left = operands;
  while (left.length > 1) left = joinCheapestPair(left, dims);
  return spread(left[0]!, dims);
}

/** A dim that would be summed though only one operand has it. */
function lonelyDim(
  operands: readonly AnyTensor[],
  output: readonly Dimension[],
): string | undefined {
  const names = operands.flatMap((x) => dimsOf(x).map((d) => d.name));
  return names.find(
    (name, i) =>
      names.indexOf(name) === i &&
      names.indexOf(name, i + 1) < 0 &&
      !output.some((d) => d.name === name),
  );
}

function loneliness(
  op: string,
  operands: readonly AnyTensor[],
  dim: string,
  output: readonly Dimension[],
): MtfError {
  const at = operands.findIndex((x) => hasDim(x, dim)) + 1;
  const named = [...output.map((d) => d.name), dim].map((name) => `"${name}"`).join(", ");
  return misuse(
    "lonely-dim",
    `${op}: '${dim}' would be summed although only one operand has it.`,
    labelled(operands),
    [`sum(operand ${at}, "${dim}") in its place, or a result with ${named}`],
    { dim },
  );
}

function labelled(operands: readonly AnyTensor[]): Readonly<Record<string, AnyTensor>> {
  return Object.fromEntries(operands.map((x, i) => [`operand ${i + 1}`, x]));
}

function outputDims(
  op: string,
  operands: readonly AnyTensor[],
  output: readonly unknown[],
): readonly Dimension[] {
  const known = unionDims(op, operands);
  const dims = output.map((select) => {
    const name = selectName(op, "output", select);
    const own = known.find((d) => d.name === name);
    if (own) return own;
    if (typeof select === "object") return newDim(op, "output", select);
    const near = nearest(
      name,
      known.map((d) => d.name),
    );
    throw misuse(
      "missing-dim",
      `${op}: no operand has a dim '${name}'.`,
      labelled(operands),
      near === undefined ? [] : [`"${near}"`],
      { dim: name },
    );
  });
  const names = dims.map((d) => d.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice) throw misuse("duplicate-dim", `${op}: '${twice}' is given twice.`, {});
  return dims;
}

/** Multiplies the two operands whose product is smallest: greedy, and good for few operands. */
function joinCheapestPair(
  operands: readonly AnyTensor[],
  output: readonly Dimension[],
): AnyTensor[] {
  let best: { pair: readonly [number, number]; dims: readonly Dimension[] } | undefined;
  for (let i = 0; i < operands.length; i++) {
    for (let j = i + 1; j < operands.length; j++) {
      const dims = dimsOfPair(operands, i, j, output);
      if (!best || elements(dims) < elements(best.dims)) best = { pair: [i, j], dims };
    }
  }
  const { pair, dims } = best!;
  const [a, b] = pair.map((i) => operands[i]!) as [AnyTensor, AnyTensor];
  return [...operands.filter((_, i) => !pair.includes(i)), product(a, b, dims)];
}

/** What must remain of a pair's product, in the order of the output where that has it. */
function dimsOfPair(
  operands: readonly AnyTensor[],
  i: number,
  j: number,
  output: readonly Dimension[],
): readonly Dimension[] {
  const others = operands.filter((_, k) => k !== i && k !== j);
  const union = unionDims("einsum", [operands[i]!, operands[j]!]);
  const has = (d: Dimension) => union.some((own) => own.name === d.name);
  const inOutput = (d: Dimension) => output.some((own) => own.name === d.name);
  const needed = union.filter((d) => !inOutput(d) && others.some((o) => hasDim(o, d.name)));
  return [...output.filter(has), ...needed];
}

/** The einsum node: dims that the result lacks must be shared. */
export function product(a: AnyTensor, b: AnyTensor, dims: readonly Dimension[]): AnyTensor {
  return makeTensor("einsum", {}, [a, b], { dims, dtype: a.dtype });
}
