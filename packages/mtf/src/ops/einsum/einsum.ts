import {
  type Dimension,
  elements,
  type Mistake,
  nameOf,
  type Select,
  type Selects,
  type Without,
} from "../../dimension.ts";
import { makeTensor } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { hasDim, misuse, requireDtype, unionDims } from "../check.ts";
import { reduction } from "../reduce/reduce.ts";

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
 * @throws MtfError `missing-dim`, `size-mismatch`, `duplicate-dim`, `dtype-mismatch`
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
  const [operands, output] = Array.isArray(first)
    ? [first as AnyTensor[], second]
    : [[first as AnyTensor, second as AnyTensor], rest];
  return productOf("einsum", operands, output as readonly Select<string>[]) as never;
}

/**
 * The product of two tensors, summed over shared dims; all others remain. Where a layer is generic
 * in the dims it does not know, this is the function to use.
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
  const [left, right] = [a as AnyTensor, b as AnyTensor];
  for (const name of over.map(nameOf)) {
    if (hasDim(left, name) && hasDim(right, name)) continue;
    throw misuse(
      "missing-dim",
      `contract: '${name}' is not a dim of both operands.`,
      { left, right },
      [],
      { dim: name },
    );
  }
  const names = unionDims("contract", [left, right]).map((d) => d.name);
  const output = names.filter((name) => !over.map(nameOf).includes(name));
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
  const operands = [a as AnyTensor, b as AnyTensor] as const;
  const names = [...new Set(operands.flatMap((x) => dimsOf(x).map((d) => d.name)))];
  return productOf("outer", operands, names) as never;
}

/** A product of any number of tensors; output dims that no operand has are broadcast. */
export function productOf(
  op: string,
  operands: readonly AnyTensor[],
  output: readonly Select<string>[],
): AnyTensor {
  for (const x of operands) requireDtype(op, x, ["float32", "int32"]);
  const dims = outputDims(op, operands, output);
  const names = dims.map((d) => d.name);
  let left = operands.map((x, i) => {
    const others = operands.filter((_, j) => j !== i);
    const lonely = dimsOf(x).map((d) => d.name);
    return reduction(
      "sum",
      x,
      lonely.filter((name) => !names.includes(name) && !others.some((o) => hasDim(o, name))),
    );
  });
  while (left.length > 1) left = joinCheapestPair(left, dims);
  return spread(left[0]!, dims);
}

function outputDims(
  op: string,
  operands: readonly AnyTensor[],
  output: readonly Select<string>[],
): readonly Dimension[] {
  const known = unionDims(op, operands);
  const dims = output.map((select) => {
    const name = nameOf(select);
    const own = known.find((d) => d.name === name) ?? (typeof select === "object" ? select : null);
    if (own) return own;
    const labelled = Object.fromEntries(operands.map((x, i) => [`operand ${i + 1}`, x]));
    throw misuse("missing-dim", `${op}: no operand has a dim '${name}'.`, labelled, [], {
      dim: name,
    });
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
  if (a.dtype !== b.dtype) {
    throw misuse(
      "dtype-mismatch",
      `einsum: the operands are ${a.dtype} and ${b.dtype}.`,
      { left: a, right: b },
      [`cast(${a.dtype === "float32" ? "right" : "left"}, "float32")`],
    );
  }
  return makeTensor("einsum", {}, [a, b], { dims, dtype: a.dtype });
}
