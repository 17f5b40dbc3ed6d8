import type { Mistake } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import type { BinaryFn } from "../../graph/kinds.ts";
import { type AnyTensor, dimsOf, isTensor, type Tensor } from "../../graph/tensor.ts";
import { hasDim, misuse, notATensor } from "../check.ts";
import { type Argument, apply } from "./apply.ts";

/** Dtypes that can be calculated with. */
export type Numeric = "float32" | "int32";

/** A tensor with dims B beside one with dims A: they have a dim in common, or one is a scalar. */
export type Meets<A extends string, B extends string, D extends DType> = [A & B] extends [never]
  ? [A] extends [never]
    ? Tensor<B, D>
    : [B] extends [never]
      ? Tensor<B, D>
      : Mistake<"these tensors share no dimension: use outer() if that is meant">
  : Tensor<B, D>;

/** A function of two tensors of one dtype, or of a tensor and a number. */
export interface Arithmetic<Of extends Numeric> {
  <A extends string, B extends A, D extends Of>(
    x: Tensor<A, D>,
    y: Tensor<B, NoInfer<D>> | number,
  ): Tensor<A, D>;
  <A extends B, B extends string, D extends Of>(
    x: Tensor<A, NoInfer<D>> | number,
    y: Tensor<B, D>,
  ): Tensor<B, D>;
  <A extends string, B extends string, D extends Of>(
    x: Tensor<A, D>,
    y: Meets<A, B, NoInfer<D>>,
  ): Tensor<A | B, D>;
}

/** A question about two tensors of one dtype, or about a tensor and a number. */
export interface Comparison<Of extends DType> {
  <A extends string, B extends A, D extends Of>(
    x: Tensor<A, D>,
    y: Tensor<B, NoInfer<D>> | number,
  ): Tensor<A, "bool">;
  <A extends B, B extends string, D extends Of>(
    x: Tensor<A, NoInfer<D>> | number,
    y: Tensor<B, D>,
  ): Tensor<B, "bool">;
  <A extends string, B extends string, D extends Of>(
    x: Tensor<A, D>,
    y: Meets<A, B, NoInfer<D>>,
  ): Tensor<A | B, "bool">;
}

/** A function of two bool tensors. */
export interface Logic {
  <A extends string, B extends A>(x: Tensor<A, "bool">, y: Tensor<B, "bool">): Tensor<A, "bool">;
  <A extends B, B extends string>(x: Tensor<A, "bool">, y: Tensor<B, "bool">): Tensor<B, "bool">;
  <A extends string, B extends string>(
    x: Tensor<A, "bool">,
    y: Meets<A, B, "bool">,
  ): Tensor<A | B, "bool">;
}

/** The public function of a binary `fn`: `apply` for tensors that meet. */
export function meeting(fn: BinaryFn | "add"): (x: unknown, y: unknown) => never {
  return (x, y) => {
    const [left, right] = [operandArgument(fn, "x", x), operandArgument(fn, "y", y)];
    requireMeeting(fn, left, right);
    return apply(fn, left, right) as never;
  };
}

/** A tensor, or a number that stands for itself everywhere. */
export function operandArgument(op: string, argument: string, x: unknown): Argument {
  if (isTensor(x) || typeof x === "number") return x;
  throw notATensor(op, argument, x, "a tensor or a number");
}

/** Tensors that share no dim are multiplied out only where the user says `outer`. */
export function requireMeeting(op: string, x: Argument, y: Argument): void {
  if (!isTensor(x) && !isTensor(y)) {
    const sentence = `${op}: one of ${x} and ${y} must be a tensor.`;
    throw misuse("bad-argument", sentence, {}, [`constant(${x}), a tensor of that number`]);
  }
  if (!isTensor(x) || !isTensor(y) || meet(x, y)) return;
  throw misuse(
    "missing-dim",
    `${op}: these tensors share no dim.`,
    { left: x, right: y },
    op === "mul" ? ["outer(left, right)"] : [`broadcast(right, left.dims.${x.names[0]})`],
  );
}

function meet(x: AnyTensor, y: AnyTensor): boolean {
  const [left, right] = [dimsOf(x), dimsOf(y)];
  return left.length === 0 || right.length === 0 || left.some(({ name }) => hasDim(y, name));
}
