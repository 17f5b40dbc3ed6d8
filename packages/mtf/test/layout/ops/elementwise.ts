import {
  type Context,
  call,
  choice,
  isBool,
  isExact,
  isFloat,
  isInt,
  isNumeric,
  type Known,
  meets,
  number,
  operand,
  ref,
  sizesAgree,
  some,
  unionOf,
} from "../context.ts";
import { inexact } from "../magnitude.ts";
import type { Step } from "./step.ts";

/** x² + 1: at least 1, and smooth. */
function positive(c: Context, x: Known): Known {
  const square = call(c, "square", [ref(x)], { max: x.max ** 2, bits: 2 * x.bits });
  return call(c, "add", [ref(square), 1], { max: square.max + 1, bits: square.bits });
}

/** tanh x: between -1 and 1, and smooth. */
const bounded = (c: Context, x: Known): Known =>
  call(c, "tanh", [ref(x)], { max: 1, bits: inexact });

/** Functions of one tensor that give what is as large and as exact as it. */
const alike =
  (fn: "identity" | "neg" | "abs" | "relu" | "stopGradient", fits: (x: Known) => boolean): Step =>
  (c) => {
    const x = operand(c, fits);
    return call(c, fn, [ref(x)], x);
  };

/** Smooth functions of floats, with a bound of what they give, and what holds their argument. */
const smooth =
  (
    fn:
      | "sqrt"
      | "rsqrt"
      | "reciprocal"
      | "exp"
      | "log"
      | "tanh"
      | "sigmoid"
      | "gelu"
      | "softplus"
      | "silu"
      | "elu"
      | "selu"
      | "erf"
      | "sin"
      | "cos",
    max: (x: number) => number,
    hold?: (c: Context, x: Known) => Known,
  ): Step =>
  (c) => {
    const x = operand(c, isFloat);
    const held = hold ? hold(c, x) : x;
    return call(c, fn, [ref(held)], { max: max(held.max), bits: inexact });
  };

/** Two tensors that meet, or a tensor and a number on either side. */
function pair(
  c: Context,
  fits: (x: Known) => boolean,
  numbers: readonly number[],
): readonly [Known, Known] | readonly [Known, number] {
  const x = operand(c, fits);
  if (numbers.length > 0 && number(c, 4) === 3) return [x, choice(c, numbers)];
  return [x, operand(c, (y) => fits(y) && y.tensor.dtype === x.tensor.dtype && meets(x, y))];
}

const eighths = [0.5, -1.25, 2, 0.125, 0];
const magnitudeOf = (x: Known | number) =>
  typeof x === "number" ? { max: Math.abs(x), bits: 3 } : x;
const argumentOf = (x: Known | number) => (typeof x === "number" ? x : ref(x));

const arithmetic =
  (fn: "add" | "sub" | "mul" | "maximum" | "minimum"): Step =>
  (c) => {
    const jumps = fn === "maximum" || fn === "minimum";
    const fits = (x: Known) => isNumeric(x) && (!jumps || isExact(x));
    const first = operand(c, fits);
    const rest = { ...c, values: c.values };
    const [x, y] = isInt(first)
      ? pair(rest, (k) => fits(k) && isInt(k), [2, -3])
      : pair(rest, (k) => fits(k) && isFloat(k), eighths);
    const [a, b] = [magnitudeOf(x), magnitudeOf(y)];
    const max =
      fn === "mul"
        ? a.max * b.max
        : fn === "add" || fn === "sub"
          ? a.max + b.max
          : Math.max(a.max, b.max);
    const bits = fn === "mul" ? a.bits + b.bits : Math.max(a.bits, b.bits);
    const given = number(c, 2) === 0 ? [x, y] : [y, x];
    return call(c, fn, given.map(argumentOf), { max, bits: isInt(x) ? 0 : bits });
  };

/** A number, or a tensor of integers from 1 on. */
function integerDivisor(c: Context, x: Known): Known | number {
  if (number(c, 3) > 0) return choice(c, [2, -3, 4]);
  return positive(
    c,
    operand(c, (k) => isInt(k) && meets(x, k)),
  );
}

const div: Step = (c) => {
  const x = operand(c, isNumeric);
  if (isInt(x)) {
    const by = integerDivisor(c, x);
    return call(c, "div", [ref(x), argumentOf(by)], { max: x.max, bits: 0 });
  }
  if (number(c, 3) === 2) return call(c, "div", [ref(x), 2], { max: x.max, bits: x.bits + 1 });
  const y = operand(c, (k) => isFloat(k) && meets(x, k));
  return call(c, "div", [ref(x), ref(positive(c, y))], { max: x.max, bits: inexact });
};

const mod: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && isExact(k));
  if (isInt(x)) {
    const by = integerDivisor(c, x);
    return call(c, "mod", [ref(x), argumentOf(by)], { max: magnitudeOf(by).max, bits: 0 });
  }
  if (number(c, 3) > 0)
    return call(c, "mod", [ref(x), 1.5], { max: 1.5, bits: Math.max(x.bits, 1) });
  const y = positive(
    c,
    operand(c, (k) => isFloat(k) && isExact(k) && meets(x, k)),
  );
  if (!isExact(y)) return y;
  return call(c, "mod", [ref(x), ref(y)], { max: y.max, bits: Math.max(x.bits, y.bits) });
};

const floorDiv: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && isExact(k));
  if (isInt(x)) {
    const by = integerDivisor(c, x);
    return call(c, "floorDiv", [ref(x), argumentOf(by)], { max: x.max, bits: 0 });
  }
  const by = choice(c, [0.5, -2, 4]);
  return call(c, "floorDiv", [ref(x), by], { max: 2 * x.max + 1, bits: 0 });
};

const leakyRelu: Step = (c) => {
  const x = operand(c, (k) => isFloat(k) && isExact(k));
  return call(c, "leakyRelu", [ref(x), 0.25], { max: x.max, bits: x.bits + 2 });
};

const pow: Step = (c) => {
  const x = operand(c, isFloat);
  if (number(c, 2) === 0)
    return call(c, "pow", [ref(bounded(c, x)), choice(c, [2, 3])], { max: 1, bits: inexact });
  const y = operand(c, (k) => isFloat(k) && meets(x, k));
  const base = positive(c, x);
  return call(c, "pow", [ref(base), ref(bounded(c, y))], { max: base.max, bits: inexact });
};

const square: Step = (c) => {
  const x = operand(c, isNumeric);
  return call(c, "square", [ref(x)], { max: x.max ** 2, bits: 2 * x.bits });
};

const sign: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && isExact(k));
  return call(c, "sign", [ref(x)], { max: 1, bits: 0 });
};

const rounding =
  (fn: "floor" | "ceil" | "round"): Step =>
  (c) => {
    const x = operand(c, (k) => isFloat(k) && isExact(k));
    return call(c, fn, [ref(x)], { max: x.max + 1, bits: 0 });
  };

const truth = { max: 1, bits: 0 };

const comparison =
  (fn: "less" | "lessEqual" | "greater" | "greaterEqual" | "equal" | "notEqual"): Step =>
  (c) => {
    const tests = fn === "equal" || fn === "notEqual";
    const [x, y] = pair(c, (k) => isExact(k) && (tests || isNumeric(k)), [0, 1]);
    return call(c, fn, [ref(x), argumentOf(y)], truth);
  };

const logic =
  (fn: "and" | "or"): Step =>
  (c) => {
    const [x, y] = pair(c, isBool, []);
    return call(c, fn, [ref(x), argumentOf(y)], truth);
  };

const not: Step = (c) => call(c, "not", [ref(operand(c, isBool))], truth);
const finite: Step = (c) => call(c, "isFinite", [ref(operand(c, isFloat))], truth);

const clip: Step = (c) => {
  const x = operand(c, (k) => isNumeric(k) && isExact(k));
  const [low, high] = choice(c, [
    [-1, 2],
    [0, 0],
    [-3, 1],
  ] as const);
  return call(c, "clip", [ref(x), low, high], { max: 3, bits: x.bits });
};

const where: Step = (c) => {
  const condition = operand(c, isBool);
  const fits = (x: Known) => sizesAgree(x, condition);
  const x = operand(c, fits);
  const otherwise = isBool(x) ? [1, 0] : isInt(x) ? [0, -2] : [0, 0.5];
  const other =
    number(c, 2) === 0
      ? choice(c, otherwise)
      : operand(c, (y) => fits(y) && sizesAgree(x, y) && y.tensor.dtype === x.tensor.dtype);
  const [a, b] = [x, magnitudeOf(other)];
  const given = number(c, 2) === 0 ? [x, other] : [other, x];
  const magnitude = {
    max: Math.max(a.max, b.max),
    bits: isFloat(x) ? Math.max(a.bits, b.bits) : 0,
  };
  return call(c, "where", [ref(condition), ...given.map(argumentOf)], magnitude);
};

const cast: Step = (c) => {
  const to = choice(c, ["float32", "int32", "bool"] as const);
  // An integer as large as an infinity becomes would not be exact as a float again.
  const fits = (k: Known) =>
    to === "float32" || (isExact(k) && (to === "bool" || !c.wild.has(k.id)));
  const x = operand(c, (k) => k.tensor.dtype !== to && fits(k));
  return call(c, "cast", [ref(x), to], { max: to === "bool" ? 1 : x.max, bits: 0 });
};

const addAll: Step = (c) => {
  const x = operand(c, isNumeric);
  const fits = (y: Known) =>
    y.tensor.dtype === x.tensor.dtype && meets(x, y) && unionOf(x, y).length === x.dims.length;
  const others = Array.from({ length: 1 + number(c, 3) }, () => operand(c, fits));
  const all = [x, ...others];
  const max = all.reduce((total, y) => total + y.max, 0);
  return call(c, "addAll", [all.map(ref)], { max, bits: Math.max(...all.map((y) => y.bits)) });
};

const dropout: Step = (c) => {
  const x = operand(c, isFloat);
  const key = call(c, "key", [number(c, 5)], { max: 0, bits: 0 });
  c.values.pop();
  const together = number(c, 2) === 0 ? [] : [{ broadcast: some(c, x.dims).map((d) => d.name) }];
  const args = [ref(key), ref(x), 0.5, ...together];
  return call(c, "dropout", args, { max: 2 * x.max, bits: x.bits });
};

export const elementwiseSteps: Readonly<Record<string, Step>> = {
  add: arithmetic("add"),
  sub: arithmetic("sub"),
  mul: arithmetic("mul"),
  maximum: arithmetic("maximum"),
  minimum: arithmetic("minimum"),
  div,
  mod,
  floorDiv,
  leakyRelu,
  pow,
  square,
  sign,
  clip,
  where,
  cast,
  addAll,
  dropout,
  identity: alike("identity", () => true),
  neg: alike("neg", isNumeric),
  abs: alike("abs", (x) => isNumeric(x) && isExact(x)),
  relu: alike("relu", (x) => isNumeric(x) && isExact(x)),
  stopGradient: alike("stopGradient", () => true),
  sqrt: smooth("sqrt", Math.sqrt, positive),
  rsqrt: smooth("rsqrt", () => 1, positive),
  reciprocal: smooth("reciprocal", () => 1, positive),
  log: smooth("log", Math.log, positive),
  exp: smooth("exp", () => Math.E, bounded),
  tanh: smooth("tanh", () => 1),
  sigmoid: smooth("sigmoid", () => 1),
  gelu: smooth("gelu", (x) => x),
  softplus: smooth("softplus", (x) => x + 1),
  silu: smooth("silu", (x) => x),
  elu: smooth("elu", (x) => x + 1),
  selu: smooth("selu", (x) => 1.06 * x + 1.76),
  erf: smooth("erf", () => 1),
  floor: rounding("floor"),
  ceil: rounding("ceil"),
  round: rounding("round"),
  sin: smooth("sin", () => 1),
  cos: smooth("cos", () => 1),
  less: comparison("less"),
  lessEqual: comparison("lessEqual"),
  greater: comparison("greater"),
  greaterEqual: comparison("greaterEqual"),
  equal: comparison("equal"),
  notEqual: comparison("notEqual"),
  and: logic("and"),
  or: logic("or"),
  not,
  isFinite: finite,
};
