import type { DType } from "../../dtype.ts";
import type { ElementwiseFn } from "../../graph/kinds.ts";

/** A function of numbers; bools are 0 and 1. */
export type Scalar = (...x: number[]) => number;

type S = Record<ElementwiseFn, Scalar>;

const gelu0 = Math.sqrt(2 / Math.PI);
const gelu1 = 0.044715;

/** Every elementwise function on float32 (and those that are the same for other dtypes). */
const onFloat: S = {
  identity: (x) => x!,
  neg: (x) => -x!,
  abs: (x) => Math.abs(x!),
  sign: (x) => Math.sign(x!),
  square: (x) => x! * x!,
  sqrt: (x) => Math.sqrt(x!),
  rsqrt: (x) => 1 / Math.sqrt(x!),
  reciprocal: (x) => 1 / x!,
  exp: (x) => Math.exp(x!),
  log: (x) => Math.log(x!),
  tanh: (x) => Math.tanh(x!),
  sigmoid: (x) => 1 / (1 + Math.exp(-x!)),
  relu: (x) => Math.max(0, x!),
  gelu: (x) => 0.5 * x! * (1 + Math.tanh(gelu0 * (x! + gelu1 * x! ** 3))),
  softplus: (x) => Math.max(0, x!) + Math.log1p(Math.exp(-Math.abs(x!))),
  erf,
  floor: (x) => Math.floor(x!),
  ceil: (x) => Math.ceil(x!),
  round: (x) => (Math.abs(x! % 1) === 0.5 ? 2 * Math.round(x! / 2) : Math.round(x!)),
  sin: (x) => Math.sin(x!),
  cos: (x) => Math.cos(x!),
  not: (x) => (x ? 0 : 1),
  isFinite: (x) => (Number.isFinite(x) ? 1 : 0),
  toFloat32: (x) => x!,
  toInt32: (x) => truncated(x!),
  toBool: (x) => (x === 0 ? 0 : 1),

  add: (...xs) => xs.reduce((a, b) => a + b),
  sub: (x, y) => x! - y!,
  mul: (x, y) => x! * y!,
  div: (x, y) => x! / y!,
  mod: (x, y) => signedAs(y!, x! % y!),
  pow: (x, y) => power(x!, y!),
  maximum: (x, y) => Math.max(x!, y!),
  minimum: (x, y) => Math.min(x!, y!),
  less: (x, y) => (x! < y! ? 1 : 0),
  lessEqual: (x, y) => (x! <= y! ? 1 : 0),
  greater: (x, y) => (x! > y! ? 1 : 0),
  greaterEqual: (x, y) => (x! >= y! ? 1 : 0),
  equal: (x, y) => (x === y ? 1 : 0),
  notEqual: (x, y) => (x !== y ? 1 : 0),
  and: (x, y) => (x && y ? 1 : 0),
  or: (x, y) => (x || y ? 1 : 0),
  geluGrad,

  where: (condition, x, y) => (condition ? x! : y!),
  clip: (x, low, high) => Math.min(Math.max(x!, low!), high!),
};

/**
 * Where int32 differs: products wrap, which float64 would round; division is floor, and by zero 0;
 * a power with a negative exponent is truncated towards zero.
 */
const onInt: Partial<S> = {
  square: (x) => Math.imul(x!, x!),
  mul: (x, y) => Math.imul(x!, y!),
  div: (x, y) => (y === 0 ? 0 : Math.floor(x! / y!)),
  mod: (x, y) => (y === 0 ? 0 : signedAs(y!, x! % y!)),
  pow: intPower,
};

/** The function for arguments of a dtype: that of the last one, since `where` begins with a bool. */
export function scalarFn(fn: ElementwiseFn, dtype: DType): Scalar {
  return (dtype === "int32" ? onInt[fn] : undefined) ?? onFloat[fn];
}

/** Towards zero, held within int32; NaN becomes 0. */
function truncated(x: number): number {
  return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(x))) || 0;
}

/** As IEEE 754 has it: 1 to any power is 1, and so is -1 to an infinite one, which JavaScript denies. */
function power(x: number, y: number): number {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
}

function signedAs(divisor: number, remainder: number): number {
  return remainder !== 0 && remainder < 0 !== divisor < 0 ? remainder + divisor : remainder;
}

function intPower(base?: number, exponent?: number): number {
  if (exponent! < 0) return base === 1 ? 1 : base === -1 ? (exponent! % 2 === 0 ? 1 : -1) : 0;
  let power = 1;
  let square = base!;
  for (let rest = exponent!; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = Math.imul(power, square);
    square = Math.imul(square, square);
  }
  return power;
}

function geluGrad(x?: number, dy?: number): number {
  const t = Math.tanh(gelu0 * (x! + gelu1 * x! ** 3));
  const slope = gelu0 * (1 + 3 * gelu1 * x! * x!);
  // Far out tanh is flat: without this, 0 times an overflowing slope would be NaN.
  const bend = t * t === 1 ? 0 : 0.5 * x! * (1 - t * t) * slope;
  return dy! * (0.5 * (1 + t) + bend);
}

/** A series of terms of one sign, so that nothing cancels; from 6 on it is 1 to the last bit. */
function erf(x?: number): number {
  if (!(Math.abs(x!) < 6)) return Number.isNaN(x) ? Number.NaN : Math.sign(x!);
  let term = x!;
  let sum = term;
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= (2 * x! * x!) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x! * x!) * sum;
}
