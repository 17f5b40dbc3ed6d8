import type { Dimension } from "../../dimension.ts";
import type { MtfError } from "../../errors.ts";
import { type AnyTensor, dimsOf, type Tensor } from "../../graph/tensor.ts";
import { hasDim, misuse } from "../check.ts";

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

/** A dim that would be summed though only one operand has it. */
export function lonelyDim(
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

export function loneliness(
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

/** Operands by what an error calls them. */
export function labelled(operands: readonly AnyTensor[]): Readonly<Record<string, AnyTensor>> {
  return Object.fromEntries(operands.map((x, i) => [`operand ${i + 1}`, x]));
}
