import {
  type Context,
  call,
  choice,
  isExact,
  isFloat,
  type Known,
  meets,
  number,
  operand,
  ref,
  some,
} from "../context.ts";
import { count, inexact } from "../magnitude.ts";
import type { Step } from "./step.ts";

// Steps that make infinities and NaN of numbers, or numbers of them.

const exact = (x: Known) => isFloat(x) && isExact(x);

/** What a step gives, as a tensor that may hold infinities and NaN. */
function wild(c: Context, x: Known): Known {
  c.wild.add(x.id);
  return x;
}

/** x²: its zeros have no sign, which would be the sign of what is divided by them. */
const squared = (c: Context, x: Known): Known =>
  call(c, "square", [ref(x)], { max: x.max ** 2, bits: 2 * x.bits });

/** A function of x² that is infinite at 0, with a bound of its finite results for multiples of least. */
const atZero =
  (fn: "reciprocal" | "rsqrt" | "log", max: (least: number, most: number) => number): Step =>
  (c) => {
    const x = squared(c, operand(c, exact));
    const bound = max(2 ** -x.bits, x.max);
    return wild(c, call(c, fn, [ref(x)], { max: bound, bits: inexact }));
  };

const quotient: Step = (c) => {
  const x = operand(c, exact);
  const y = squared(
    c,
    operand(c, (k) => exact(k) && meets(x, k)),
  );
  return wild(c, call(c, "div", [ref(x), ref(y)], { max: x.max * 2 ** y.bits, bits: inexact }));
};

const exponential: Step = (c) => {
  const x = operand(c, (k) => exact(k) && k.max <= 8);
  return call(c, "exp", [ref(x)], { max: Math.exp(x.max), bits: inexact });
};

const endless = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

const scaled: Step = (c) => {
  const x = operand(c, exact);
  return wild(c, call(c, "mul", [ref(x), choice(c, endless)], x));
};

const masked: Step = (c) => {
  const x = operand(c, isFloat);
  const over = call(c, "fill", [some(c, x.dims), number(c, 2), "bool"], { max: 1, bits: 0 });
  return wild(c, call(c, "where", [ref(over), ref(x), choice(c, endless)], x));
};

const filled: Step = (c) => {
  const value = choice(c, [...endless, Number.NaN]);
  return wild(c, call(c, "fill", [some(c, operand(c).dims), value], { max: 0, bits: 0 }));
};

/**
 * A sum that nothing else reads, not even a gradient, so that it may still be owed; and a tensor of
 * the same dims for it to meet.
 */
function owed(c: Context): readonly [Known, Known] {
  const x = operand(c, (k) => exact(k) && k.dims.length > 1);
  const over = choice(c, x.dims);
  const magnitude = { max: over.size * x.max, bits: x.bits };
  const sum = call(c, "sum", [ref(x), over.name], magnitude);
  const most = call(c, "max", [ref(x), over.name], x);
  const [s, y] = [sum, most].map((k) => call(c, "stopGradient", [ref(k)], k));
  return [s!, y!];
}

/** The product of an owed sum with a tensor of infinities. */
const met =
  (fn: "mul" | "einsum"): Step =>
  (c) => {
    const [x, other] = owed(c);
    const y = wild(c, call(c, "mul", [ref(other), choice(c, endless)], other));
    const magnitude = { max: count(x.dims) * x.max * y.max, bits: x.bits + y.bits };
    const names = fn === "mul" ? [] : some(c, x.dims).map((d) => d.name);
    return call(c, fn, [ref(x), ref(y), ...names], magnitude);
  };

/** The quotient of an owed sum by a tensor of zeros. */
const split: Step = (c) => {
  const [x, other] = owed(c);
  const y = call(c, "mul", [ref(other), 0], { max: 0, bits: 0 });
  // A zero's sign is nobody's.
  return wild(c, call(c, "div", [ref(x), ref(squared(c, y))], { max: 0, bits: 0 }));
};

/** Which numbers are infinite or NaN: whatever rounding has done to the others. */
const told: Step = (c) => {
  const x = operand(c, isFloat);
  const truth = { max: 1, bits: 0 };
  const kind = number(c, 3);
  if (kind === 0) return call(c, "notEqual", [ref(x), ref(x)], truth);
  return call(
    c,
    kind === 1 ? "greater" : "less",
    [ref(x), kind === 1 ? 2 ** 13 : -(2 ** 13)],
    truth,
  );
};

export const wildSteps: Readonly<Record<string, Step>> = {
  reciprocal: atZero("reciprocal", (least) => 1 / least),
  rsqrt: atZero("rsqrt", (least) => 1 / Math.sqrt(least)),
  log: atZero("log", (least, most) => Math.max(-Math.log(least), Math.log(1 + most))),
  quotient,
  exponential,
  scaled,
  product: met("mul"),
  contraction: met("einsum"),
  split,
  masked,
  filled,
  told,
};
