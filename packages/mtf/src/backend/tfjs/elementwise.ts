import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { ElementwiseFn } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import { type Extent, extentsOf } from "../slices/walk.ts";
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

/** A function of every element. */
export const elementwise: Bind<"elementwise"> = (attributes, operands, results) => {
  const { fn, scalars } = attributes;
  const dtype = operands.at(-1)?.dtype;
  if (dtype === undefined) return onArrays("elementwise")(attributes, operands, results);
  const extents = extentsOf(results[0]!);
  // Select does not broadcast, and the others do it along so many dims and no more.
  const arrange = fn === "where" || isTangled(operands, extents) ? expanded : aligned;
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

/** Whether dims that only some operands have are so scattered that kernels would not broadcast them. */
function isTangled(operands: readonly Slice[], extents: readonly Extent[]): boolean {
  const present = operands.map((slice) => new Set(extentsOf(slice).map((e) => e.name)));
  const patterns = extents
    .filter((e) => e.size > 1)
    .map((e) => present.map((names) => names.has(e.name)).join());
  return patterns.filter((pattern, i) => pattern !== patterns[i - 1]).length > mostBroadcast;
}

/** Neighbours that the same operands have are one dim to a kernel; TensorFlow takes as many of these. */
const mostBroadcast = 4;
