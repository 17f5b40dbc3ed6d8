import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { ElementwiseFn } from "../../graph/kinds.ts";
import { extentsOf } from "../slices/walk.ts";
import type { Arena } from "./arena.ts";
import { aligned, expanded } from "./arrange.ts";
import { gelu, geluGrad } from "./gelu.ts";
import { type Bind, onArrays, type Step } from "./kernel.ts";

type Apply = (arena: Arena, xs: readonly TensorInfo[]) => TensorInfo;

const map =
  (kernel: string): Apply =>
  (arena, [x]) =>
    arena.map(kernel, x!);
const zip =
  (kernel: string): Apply =>
  (arena, xs) =>
    xs.reduce((a, b) => arena.zip(kernel, a, b));
const cast =
  (dtype: string): Apply =>
  (arena, [x]) =>
    arena.call("Cast", { x: x! }, { dtype });

const functions: Readonly<Record<ElementwiseFn, Apply>> = {
  identity: map("Identity"),
  neg: map("Neg"),
  abs: map("Abs"),
  sign: map("Sign"),
  square: map("Square"),
  sqrt: map("Sqrt"),
  rsqrt: map("Rsqrt"),
  reciprocal: map("Reciprocal"),
  exp: map("Exp"),
  log: map("Log"),
  tanh: map("Tanh"),
  sigmoid: map("Sigmoid"),
  relu: map("Relu"),
  gelu: (arena, [x]) => gelu(arena, x!),
  softplus: map("Softplus"),
  erf: map("Erf"),
  floor: map("Floor"),
  ceil: map("Ceil"),
  round: map("Round"),
  sin: map("Sin"),
  cos: map("Cos"),
  not: map("LogicalNot"),
  isFinite: map("IsFinite"),
  toFloat32: cast("float32"),
  toInt32: cast("int32"),
  toBool: cast("bool"),
  add: zip("Add"),
  sub: zip("Sub"),
  mul: zip("Multiply"),
  div: zip("RealDiv"),
  mod: zip("Mod"),
  pow: zip("Pow"),
  maximum: zip("Maximum"),
  minimum: zip("Minimum"),
  less: zip("Less"),
  lessEqual: zip("LessEqual"),
  greater: zip("Greater"),
  greaterEqual: zip("GreaterEqual"),
  equal: zip("Equal"),
  notEqual: zip("NotEqual"),
  and: zip("LogicalAnd"),
  or: zip("LogicalOr"),
  geluGrad: (arena, [x, dy]) => geluGrad(arena, x!, dy!),
  where: (arena, [condition, t, e]) =>
    arena.call("Select", { condition: condition!, t: t!, e: e! }),
  clip: (arena, [x, low, high]) => arena.zip("Minimum", arena.zip("Maximum", x!, low!), high!),
};

/** Kernels that round int32 to float64 or float32, or divide as TensorFlow.js alone does. */
const wrongOnInt: ReadonlySet<ElementwiseFn> = new Set([
  "abs",
  "square",
  "mul",
  "div",
  "mod",
  "pow",
]);

/**
 * Kernels that lose a NaN (Sign), are wrong about infinities (Mod, Pow) and about floats beyond
 * int32 (Cast), or have few digits near 0 (Erf).
 */
const wrongOnFloat: ReadonlySet<ElementwiseFn> = new Set(["sign", "mod", "pow", "toInt32", "erf"]);

/** A function of every element. */
export const elementwise: Bind<"elementwise"> = (attributes, operands, results) => {
  const { fn, scalars } = attributes;
  const dtype = operands.at(-1)?.dtype;
  const wrong = dtype === "int32" ? wrongOnInt : wrongOnFloat;
  if (dtype === undefined || wrong.has(fn)) {
    return onArrays("elementwise")(attributes, operands, results);
  }
  const extents = extentsOf(results[0]!);
  // Select does not broadcast; the others do.
  const arrange = fn === "where" ? expanded : aligned;
  const arranged = operands.map((slice) => arrange(extentsOf(slice), extents));
  const shape = fn === "where" ? extents.map((e) => e.size) : [];
  const constantType = dtype === "bool" ? results[0]!.dtype : dtype;
  const step: Step = (arena, tensors) => {
    let next = 0;
    const xs = scalars.map((value) => {
      if (value === null) return arranged[next]!(arena, tensors[next++]!);
      return arena.call("Fill", {}, { shape, value, dtype: constantType });
    });
    return [functions[fn](arena, xs)];
  };
  return step;
};
