import type { DType } from "../../../dtype.ts";
import type { ElementwiseFn } from "../../../graph/kinds.ts";

/** A function of elements as a WGSL expression of its arguments. */
type Expression = (...x: string[]) => string;

const truth = (condition: string) => `i32(${condition})`;

const call =
  (name: string): Expression =>
  (...xs) =>
    `${name}(${xs.join(", ")})`;
const operator =
  (sign: string): Expression =>
  (...xs) =>
    `(${xs.join(` ${sign} `)})`;
const comparison =
  (sign: string): Expression =>
  (x, y) =>
    truth(`${x} ${sign} ${y}`);

/** Of float32, and of other dtypes where these are the same. */
const onFloat: Readonly<Record<ElementwiseFn, Expression>> = {
  identity: (x) => x!,
  neg: (x) => `(-${x})`,
  abs: call("abs"),
  sign: call("sign"),
  square: (x) => `(${x} * ${x})`,
  sqrt: call("sqrt"),
  rsqrt: (x) => `(1.0 / sqrt(${x}))`,
  reciprocal: (x) => `(1.0 / ${x})`,
  exp: call("exp"),
  log: call("ln"),
  tanh: call("hyperbolic"),
  sigmoid: (x) => `(1.0 / (1.0 + exp(-${x})))`,
  relu: (x) => `max(${x}, 0.0)`,
  gelu: call("gelu"),
  softplus: (x) => `(max(${x}, 0.0) + ln(1.0 + exp(-abs(${x}))))`,
  erf: call("erf"),
  floor: call("floor"),
  ceil: call("ceil"),
  round: call("round"),
  sin: (x) => `turned(${x}, 0)`,
  cos: (x) => `turned(${x}, 1)`,
  not: (x) => truth(`${x} == 0`),
  isFinite: (x) => truth(`isFiniteNumber(${x})`),
  toFloat32: (x) => `f32(${x})`,
  toInt32: (x) => `toWhole(${x})`,
  toBool: (x) => truth(`${x} != 0`),
  add: operator("+"),
  sub: operator("-"),
  mul: operator("*"),
  div: operator("/"),
  mod: call("signedMod"),
  pow: call("raised"),
  maximum: call("max"),
  minimum: call("min"),
  less: comparison("<"),
  lessEqual: comparison("<="),
  greater: comparison(">"),
  greaterEqual: comparison(">="),
  equal: comparison("=="),
  notEqual: comparison("!="),
  and: operator("&"),
  or: operator("|"),
  geluGrad: call("geluGrad"),
  where: (condition, x, y) => `select(${y}, ${x}, ${condition} != 0)`,
  clip: (x, low, high) => `min(max(${x}, ${low}), ${high})`,
};

/** Where int32 and bool, which are i32 both, differ. */
const onInt: Partial<Record<ElementwiseFn, Expression>> = {
  relu: (x) => `max(${x}, 0)`,
  div: call("floorDiv"),
  mod: call("floorMod"),
  pow: call("intPower"),
  isFinite: () => "1",
  toInt32: (x) => x!,
};

/** The expression for arguments of a dtype: that of the last one, since `where` begins with a bool. */
export function expressionOf(fn: ElementwiseFn, dtype: DType): Expression {
  return (dtype === "float32" ? undefined : onInt[fn]) ?? onFloat[fn];
}
