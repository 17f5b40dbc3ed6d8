import type { DType } from "../../dtype.ts";
import type { ElementwiseFn } from "../../graph/kinds.ts";

/** The functions of kernels/elementwise.ts, by their numbers. */
const functions = [
  "identity",
  "neg",
  "abs",
  "sign",
  "square",
  "sqrt",
  "rsqrt",
  "reciprocal",
  "exp",
  "log",
  "tanh",
  "sigmoid",
  "relu",
  "gelu",
  "not",
  "isFinite",
  "floatOfInt",
  "intOfFloat",
  "boolOfFloat",
  "boolOfInt",
  "intNeg",
  "intAbs",
  "intSign",
  "intSquare",
  "intRelu",
  "add",
  "sub",
  "mul",
  "div",
  "maximum",
  "minimum",
  "less",
  "lessEqual",
  "greater",
  "greaterEqual",
  "equal",
  "notEqual",
  "and",
  "or",
  "geluGrad",
  "intAdd",
  "intSub",
  "intMul",
  "intMaximum",
  "intMinimum",
  "intLess",
  "intLessEqual",
  "intGreater",
  "intGreaterEqual",
  "intEqual",
  "intNotEqual",
  "where",
  "clip",
  "intClip",
  "add3",
  "intDiv",
  "intMod",
  "mod",
] as const;

type Code = (typeof functions)[number];

/** Functions that are another one on int32 (and on bool, whose elements come as 0 and 1). */
const onInt: Partial<Record<ElementwiseFn, Code>> = {
  neg: "intNeg",
  abs: "intAbs",
  sign: "intSign",
  square: "intSquare",
  relu: "intRelu",
  add: "intAdd",
  sub: "intSub",
  mul: "intMul",
  div: "intDiv",
  mod: "intMod",
  maximum: "intMaximum",
  minimum: "intMinimum",
  less: "intLess",
  lessEqual: "intLessEqual",
  greater: "intGreater",
  greaterEqual: "intGreaterEqual",
  equal: "intEqual",
  notEqual: "intNotEqual",
  clip: "intClip",
  toFloat32: "floatOfInt",
  toInt32: "identity",
  toBool: "boolOfInt",
};

const onFloat: Partial<Record<ElementwiseFn, Code>> = {
  toFloat32: "identity",
  toInt32: "intOfFloat",
  toBool: "boolOfFloat",
};

/** Functions of words, whatever these mean. */
const shared: readonly ElementwiseFn[] = ["identity", "not", "and", "or", "where"];

/** The number of a function on arguments of a dtype, or undefined where the kernels lack it. */
export function codeOf(fn: ElementwiseFn, dtype: DType): number | undefined {
  const own = dtype === "float32" || shared.includes(fn) ? fn : undefined;
  const code = (dtype === "float32" ? onFloat : onInt)[fn] ?? own;
  const at = functions.indexOf(code as Code);
  return at < 0 ? undefined : at;
}

export const identityCode: number = functions.indexOf("identity");
export const add3Code: number = functions.indexOf("add3");
export const mulCode: number = functions.indexOf("mul");
