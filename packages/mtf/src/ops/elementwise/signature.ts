import type { DType } from "../../dtype.ts";
import type { ElementwiseFn } from "../../graph/kinds.ts";

/** Which dtypes the arguments of a function may have, and which dtype it gives. */
export interface Signature {
  /** For each argument; the last entry serves all further ones. */
  readonly takes: readonly (readonly DType[])[];
  /** "same": the dtype of the last argument; the arguments of more than one dtype agree. */
  readonly gives: DType | "same";
}

const any = ["float32", "int32", "bool"] as const;
const number = ["float32", "int32"] as const;
const float = ["float32"] as const;
const bool = ["bool"] as const;

const alike = (takes: readonly DType[], count: number): Signature => ({
  takes: Array.from({ length: count }, () => takes),
  gives: "same",
});
const test = (takes: readonly DType[], count: number): Signature => ({
  ...alike(takes, count),
  gives: "bool",
});

export const signatures: Readonly<Record<ElementwiseFn, Signature>> = {
  identity: alike(any, 1),
  neg: alike(number, 1),
  abs: alike(number, 1),
  sign: alike(number, 1),
  square: alike(number, 1),
  sqrt: alike(float, 1),
  rsqrt: alike(float, 1),
  reciprocal: alike(float, 1),
  exp: alike(float, 1),
  log: alike(float, 1),
  tanh: alike(float, 1),
  sigmoid: alike(float, 1),
  relu: alike(number, 1),
  gelu: alike(float, 1),
  softplus: alike(float, 1),
  erf: alike(float, 1),
  floor: alike(float, 1),
  ceil: alike(float, 1),
  round: alike(float, 1),
  sin: alike(float, 1),
  cos: alike(float, 1),
  not: alike(bool, 1),
  isFinite: test(float, 1),
  toFloat32: { takes: [any], gives: "float32" },
  toInt32: { takes: [any], gives: "int32" },
  toBool: { takes: [any], gives: "bool" },
  add: alike(number, 2),
  sub: alike(number, 2),
  mul: alike(number, 2),
  div: alike(number, 2),
  mod: alike(number, 2),
  pow: alike(float, 2),
  maximum: alike(number, 2),
  minimum: alike(number, 2),
  less: test(number, 2),
  lessEqual: test(number, 2),
  greater: test(number, 2),
  greaterEqual: test(number, 2),
  equal: test(any, 2),
  notEqual: test(any, 2),
  and: alike(bool, 2),
  or: alike(bool, 2),
  geluGrad: alike(float, 2),
  where: { takes: [bool, any, any], gives: "same" },
  clip: alike(number, 3),
};
