import { numberArgument } from "../../arguments.ts";
import type { DType } from "../../dtype.ts";
import type { UnaryFn } from "../../graph/kinds.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { dtypeArgument, dtypesDiffer, misuse, tensorArgument, tensorsArgument } from "../check.ts";
import { apply, stopped } from "./apply.ts";
import {
  type Arithmetic,
  type Comparison,
  type Logic,
  meeting,
  type Numeric,
  operandArgument,
  requireMeeting,
} from "./binary.ts";

// Functions of each element of a tensor, or of two tensors whose shared dims line up by name and
// whose others are broadcast. Number arguments stand for themselves everywhere.

/** A function of one tensor that keeps dims and dtype. */
export type Unary<Of extends DType> = <A extends string, D extends Of>(
  x: Tensor<A, D>,
) => Tensor<A, D>;

function unary(fn: UnaryFn): (x: unknown) => never {
  return (x) => apply(fn, tensorArgument(fn, "x", x)) as never;
}

/**
 * x + y.
 *
 * @throws MtfError `missing-dim` where two tensors share no dim, `size-mismatch`, `dtype-mismatch`
 * @example
 * add(x, bias); // [batch, embd] + [embd] -> [batch, embd]
 */
export const add: Arithmetic<Numeric> = /* @__PURE__ */ meeting("add");

/** x - y. Dims and errors as of `add`. @example sub(x, mean(x, "embd")) */
export const sub: Arithmetic<Numeric> = /* @__PURE__ */ meeting("sub");

/** x y, element by element. Dims and errors as of `add`. @example mul(x, 0.5) */
export const mul: Arithmetic<Numeric> = /* @__PURE__ */ meeting("mul");

/**
 * x / y. Of int32 it is rounded down, and is 0 where y is 0. Dims and errors as of `add`.
 *
 * @example
 * div(1, x);
 */
export const div: Arithmetic<Numeric> = /* @__PURE__ */ meeting("div");

/** What is left of x after whole multiples of y, with the sign of y. @example mod(position, 2) */
export const mod: Arithmetic<Numeric> = /* @__PURE__ */ meeting("mod");

/** x to the power y. Dims and errors as of `add`. @example pow(x, 3) */
export const pow: Arithmetic<"float32"> = /* @__PURE__ */ meeting("pow");

/** The larger of x and y; the gradient of equals goes to x. @example maximum(x, 0) */
export const maximum: Arithmetic<Numeric> = /* @__PURE__ */ meeting("maximum");

/** The smaller of x and y; the gradient of equals goes to x. @example minimum(x, 1) */
export const minimum: Arithmetic<Numeric> = /* @__PURE__ */ meeting("minimum");

/** Whether x < y. Dims and errors as of `add`. @example less(x, 0) */
export const less: Comparison<Numeric> = /* @__PURE__ */ meeting("less");

/** Whether x <= y. @example lessEqual(position, 10) */
export const lessEqual: Comparison<Numeric> = /* @__PURE__ */ meeting("lessEqual");

/** Whether x > y. @example greater(x, 0) */
export const greater: Comparison<Numeric> = /* @__PURE__ */ meeting("greater");

/** Whether x >= y. @example greaterEqual(x, 0) */
export const greaterEqual: Comparison<Numeric> = /* @__PURE__ */ meeting("greaterEqual");

/** Whether x = y. @example equal(label, guess) */
export const equal: Comparison<DType> = /* @__PURE__ */ meeting("equal");

/** Whether x and y differ. @example notEqual(label, 0) */
export const notEqual: Comparison<DType> = /* @__PURE__ */ meeting("notEqual");

/** Whether both hold. @example and(greater(x, 0), less(x, 1)) */
export const and: Logic = /* @__PURE__ */ meeting("and");

/** Whether one or both hold. @example or(less(x, 0), greater(x, 1)) */
export const or: Logic = /* @__PURE__ */ meeting("or");

/** Whether it does not hold. @example not(isFinite(x)) */
export const not: Unary<"bool"> = /* @__PURE__ */ unary("not");

/** The same value. @example identity(x) */
export const identity: Unary<DType> = /* @__PURE__ */ unary("identity");

/** -x. @example neg(x) */
export const neg: Unary<Numeric> = /* @__PURE__ */ unary("neg");

/** |x|, with gradient 0 at 0. @example abs(x) */
export const abs: Unary<Numeric> = /* @__PURE__ */ unary("abs");

/** -1, 0 or 1. @example sign(x) */
export const sign: Unary<Numeric> = /* @__PURE__ */ unary("sign");

/** x². @example square(x) */
export const square: Unary<Numeric> = /* @__PURE__ */ unary("square");

/** √x. @example sqrt(variance) */
export const sqrt: Unary<"float32"> = /* @__PURE__ */ unary("sqrt");

/** 1/√x. @example rsqrt(add(variance, 1e-5)) */
export const rsqrt: Unary<"float32"> = /* @__PURE__ */ unary("rsqrt");

/** 1/x. @example reciprocal(x) */
export const reciprocal: Unary<"float32"> = /* @__PURE__ */ unary("reciprocal");

/** e to the power x. @example exp(x) */
export const exp: Unary<"float32"> = /* @__PURE__ */ unary("exp");

/** The natural logarithm. @example log(x) */
export const log: Unary<"float32"> = /* @__PURE__ */ unary("log");

/** The hyperbolic tangent. @example tanh(x) */
export const tanh: Unary<"float32"> = /* @__PURE__ */ unary("tanh");

/** 1 / (1 + e^-x). @example sigmoid(x) */
export const sigmoid: Unary<"float32"> = /* @__PURE__ */ unary("sigmoid");

/** x where it is positive, else 0, with gradient 0 at 0. @example relu(x) */
export const relu: Unary<Numeric> = /* @__PURE__ */ unary("relu");

/** x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))), the form GPT-2 was trained with. @example gelu(x) */
export const gelu: Unary<"float32"> = /* @__PURE__ */ unary("gelu");

/** log(1 + e^x), without an overflow. @example softplus(x) */
export const softplus: Unary<"float32"> = /* @__PURE__ */ unary("softplus");

/** x / (1 + e^-x), also called swish. @example silu(x) */
export function silu<A extends string>(x: Tensor<A>): Tensor<A> {
  const tensor = tensorArgument("silu", "x", x, ["float32"]);
  return apply("mul", tensor, apply("sigmoid", tensor)) as never;
}

/** The error function, 2/√π times the integral of e^-t² from 0 to x. @example erf(x) */
export const erf: Unary<"float32"> = /* @__PURE__ */ unary("erf");

/** The largest whole number that is not above x; its gradient is 0. @example floor(x) */
export const floor: Unary<"float32"> = /* @__PURE__ */ unary("floor");

/** The smallest whole number that is not below x; its gradient is 0. @example ceil(x) */
export const ceil: Unary<"float32"> = /* @__PURE__ */ unary("ceil");

/** The nearest whole number, of two the even one; its gradient is 0. @example round(x) */
export const round: Unary<"float32"> = /* @__PURE__ */ unary("round");

/** The sine. @example sin(angle) */
export const sin: Unary<"float32"> = /* @__PURE__ */ unary("sin");

/** The cosine. @example cos(angle) */
export const cos: Unary<"float32"> = /* @__PURE__ */ unary("cos");

/** Whether x is a number and not infinite. @example isFinite(x) */
const finite: <A extends string>(x: Tensor<A>) => Tensor<A, "bool"> =
  /* @__PURE__ */ unary("isFinite");

export { finite as isFinite };

/**
 * x held between two bounds; the gradient passes within them, bounds included.
 *
 * @throws MtfError `bad-argument` unless low <= high
 * @example
 * clip(x, -1, 1);
 */
export function clip<A extends string, D extends Numeric>(
  x: Tensor<A, D>,
  low: number,
  high: number,
): Tensor<A, D> {
  const tensor = tensorArgument("clip", "x", x);
  numberArgument("clip", "low", low);
  numberArgument("clip", "high", high);
  if (!(low <= high)) {
    throw misuse("bad-argument", `clip: nothing lies between ${low} and ${high}.`, { x: tensor });
  }
  return apply("clip", tensor, low, high) as never;
}

/**
 * `x` where the condition holds, else `y`, all broadcast by name.
 *
 * @throws MtfError `size-mismatch`, `dtype-mismatch`
 * @example
 * where(visible, scores, -1e9);
 */
export function where<
  C extends string,
  A extends string = never,
  B extends string = never,
  D extends DType = "float32",
>(
  condition: Tensor<C, "bool">,
  x: Tensor<A, D> | number,
  y: Tensor<B, D> | number,
): Tensor<NoInfer<C | A | B>, NoInfer<D>> {
  const test = tensorArgument("where", "condition", condition);
  const [yes, no] = [operandArgument("where", "x", x), operandArgument("where", "y", y)];
  return apply("where", test, yes, no) as never;
}

const casts = { float32: "toFloat32", int32: "toInt32", bool: "toBool" } as const;

/**
 * The numbers as another dtype: to int32 towards zero, held within what int32 has, NaN as 0; to bool
 * whether they differ from 0.
 *
 * @example
 * mean(cast(equal(guess, label), "float32"));
 */
export function cast<A extends string, To extends DType>(
  x: Tensor<A, DType>,
  to: To,
): Tensor<A, To> {
  const tensor = tensorArgument("cast", "x", x);
  const fn = casts[dtypeArgument("cast", "to", to)];
  return (tensor.dtype === to ? tensor : apply(fn, tensor)) as never;
}

/**
 * The sum of any number of tensors of the same dims.
 *
 * @throws MtfError `bad-argument` for no tensors, `missing-dim`, `size-mismatch`, `dtype-mismatch`
 * @example
 * addAll([lossA, lossB, lossC]);
 */
export function addAll<A extends string, D extends Numeric>(
  xs: readonly Tensor<A, D>[],
): Tensor<A, D> {
  const tensors = tensorsArgument("addAll", "xs", xs, ["float32", "int32"]);
  const [first, ...others] = tensors;
  if (!first) throw misuse("bad-argument", "addAll: there is nothing to add.", {});
  for (const other of others) {
    if (other.dtype !== first.dtype) throw dtypesDiffer("addAll", first, other);
    requireMeeting("addAll", first, other);
  }
  return (others.length === 0 ? first : apply("add", ...tensors)) as never;
}

/** The value, which gradients take for a constant. @example sub(x, stopGradient(max(x, "embd"))) */
export function stopGradient<A extends string, D extends DType>(x: Tensor<A, D>): Tensor<A, D> {
  return stopped(tensorArgument("stopGradient", "x", x)) as never;
}
