import { elements } from "../../dimension.ts";
import type { ElementwiseFn } from "../../graph/kinds.ts";
import type { NodeOf } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../../graph/tensor.ts";
import { isNotInfinite, neverInfinite } from "../neverInfinite.ts";
import { reduction } from "../reduce/reduce.ts";
import type { Cotangent, Rule } from "../rule.ts";
import { type Argument, apply } from "./apply.ts";

/** A derivative times a cotangent: (cotangent of the result, arguments, result). */
type Derivative = (dy: AnyTensor, args: readonly Argument[], y: AnyTensor) => Cotangent;

interface Calculus {
  /** For each argument; null where the function does not depend on it smoothly. */
  readonly derivatives: readonly (Derivative | null)[];
  /** Sets of arguments in which the function is linear. */
  readonly linear?: readonly (readonly number[])[];
  /** What it costs an element; 1 where it is absent. */
  readonly flops?: number;
}

const none: Calculus = { derivatives: [] };
const pass: Derivative = (dy) => dy;

const calculus: Readonly<Record<ElementwiseFn, Calculus>> = {
  identity: { derivatives: [pass], linear: [[0]] },
  neg: { derivatives: [(dy) => apply("neg", dy)], linear: [[0]] },
  abs: { derivatives: [(dy, [x]) => apply("mul", dy, apply("sign", x!))] },
  sign: none,
  square: { derivatives: [(dy, [x]) => apply("mul", dy, apply("mul", x!, 2))] },
  sqrt: { derivatives: [(dy, _, y) => apply("div", apply("mul", dy, 0.5), y)] },
  rsqrt: {
    derivatives: [
      (dy, _, y) => apply("mul", dy, apply("mul", apply("mul", y, -0.5), apply("square", y))),
    ],
  },
  reciprocal: { derivatives: [(dy, _, y) => apply("neg", apply("mul", dy, apply("square", y)))] },
  exp: { derivatives: [(dy, _, y) => apply("mul", dy, y)], flops: 10 },
  log: { derivatives: [(dy, [x]) => apply("div", dy, x!)], flops: 10 },
  tanh: {
    derivatives: [(dy, _, y) => apply("mul", dy, apply("sub", 1, apply("square", y)))],
    flops: 10,
  },
  sigmoid: {
    derivatives: [(dy, _, y) => apply("mul", dy, apply("mul", y, apply("sub", 1, y)))],
    flops: 10,
  },
  relu: { derivatives: [(dy, [x]) => apply("where", apply("greater", x!, 0), dy, 0)] },
  gelu: { derivatives: [(dy, [x]) => apply("geluGrad", x!, dy)], flops: 15 },
  softplus: { derivatives: [(dy, [x]) => apply("mul", dy, apply("sigmoid", x!))], flops: 20 },
  erf: {
    derivatives: [
      (dy, [x]) => {
        const bell = apply("exp", apply("neg", apply("square", x!)));
        return apply("mul", dy, apply("mul", bell, 2 / Math.sqrt(Math.PI)));
      },
    ],
    flops: 20,
  },
  floor: none,
  ceil: none,
  round: none,
  sin: { derivatives: [(dy, [x]) => apply("mul", dy, apply("cos", x!))], flops: 10 },
  cos: {
    derivatives: [(dy, [x]) => apply("neg", apply("mul", dy, apply("sin", x!)))],
    flops: 10,
  },
  not: none,
  isFinite: none,
  toFloat32: { derivatives: [pass], linear: [[0]] },
  toInt32: none,
  toBool: none,
  add: { derivatives: [pass] },
  sub: { derivatives: [pass, (dy) => apply("neg", dy)], linear: [[0, 1]] },
  mul: {
    derivatives: [(dy, [, y]) => apply("mul", dy, y!), (dy, [x]) => apply("mul", dy, x!)],
    linear: [[0], [1]],
  },
  div: {
    derivatives: [
      (dy, [, y]) => apply("div", dy, y!),
      (dy, [, y], z) => apply("neg", apply("div", apply("mul", dy, z), y!)),
    ],
    linear: [[0]],
  },
  mod: {
    derivatives: [
      pass,
      // x mod y = x - y floor(x / y), and floor is flat.
      (dy, [x, y], z) => apply("mul", dy, apply("div", apply("sub", z, x!), y!)),
    ],
  },
  pow: {
    derivatives: [
      (dy, [x, y]) => powerSlope(dy, x!, y!),
      (dy, [x], z) => apply("mul", apply("mul", dy, z), logWherePositive(x!)),
    ],
    flops: 20,
  },
  maximum: {
    derivatives: [
      (dy, [x, y]) => apply("where", apply("greaterEqual", x!, y!), dy, 0),
      (dy, [x, y]) => apply("where", apply("less", x!, y!), dy, 0),
    ],
  },
  minimum: {
    derivatives: [
      (dy, [x, y]) => apply("where", apply("lessEqual", x!, y!), dy, 0),
      (dy, [x, y]) => apply("where", apply("greater", x!, y!), dy, 0),
    ],
  },
  less: none,
  lessEqual: none,
  greater: none,
  greaterEqual: none,
  equal: none,
  notEqual: none,
  and: none,
  or: none,
  geluGrad: {
    derivatives: [
      (dz, [x, dy]) => apply("mul", apply("mul", dz, dy!), geluCurvature(x as AnyTensor)),
      (dz, [x]) => apply("geluGrad", x!, dz),
    ],
    linear: [[1]],
    flops: 20,
  },
  where: {
    derivatives: [
      null,
      (dy, [c]) => apply("where", c!, dy, 0),
      (dy, [c]) => apply("where", c!, 0, dy),
    ],
    linear: [[1, 2]],
  },
  clip: {
    derivatives: [
      (dy, [x, low, high]) => {
        const inside = [apply("greaterEqual", x!, low!), apply("lessEqual", x!, high!)];
        return apply("where", apply("and", ...inside), dy, 0);
      },
    ],
  },
};

/** dy y x^(y - 1), and 0 where y is 0: x^0 is 1 at 0 too. */
function powerSlope(dy: AnyTensor, x: Argument, y: Argument): Cotangent {
  if (y === 0) return undefined;
  if (typeof y === "number") return apply("mul", apply("mul", dy, y), apply("pow", x, y - 1));
  const flat = apply("equal", y, 0);
  const power = apply("pow", x, apply("sub", apply("where", flat, 1, y), 1));
  return apply("mul", dy, apply("where", flat, 0, apply("mul", y, power)));
}

/** log x, and 0 where x is not positive, as x^y then does not depend on y. */
function logWherePositive(x: Argument): Argument {
  if (typeof x === "number") return x > 0 ? Math.log(x) : 0;
  const positive = apply("greater", x, 0);
  return apply("where", positive, apply("log", apply("where", positive, x, 1)), 0);
}

/** The second derivative of gelu: with u = √(2/π) (x + 0.044715 x³) and t = tanh u. */
function geluCurvature(x: AnyTensor): AnyTensor {
  const c = Math.sqrt(2 / Math.PI);
  const x2 = apply("square", x);
  const t = apply(
    "tanh",
    apply("mul", apply("mul", x, c), apply("add", apply("mul", x2, 0.044715), 1)),
  );
  const du = apply("add", apply("mul", x2, 3 * 0.044715 * c), c);
  const bend = apply("mul", apply("mul", x, t), apply("square", du));
  // x u'' / 2 = 3 · 0.044715 c x²
  const rest = apply("sub", apply("add", du, apply("mul", x2, 3 * 0.044715 * c)), bend);
  const flat = apply("sub", 1, apply("square", t));
  // Far out it is flat, however large the rest.
  return apply("where", apply("equal", flat, 0), 0, apply("mul", flat, rest));
}

/** The arguments of a node's function: its operands with the numbers among them. */
function argumentsOf(node: NodeOf<"elementwise">): readonly Argument[] {
  let next = 0;
  return node.attributes.scalars.map((scalar) => scalar ?? node.operands[next++]!);
}

/** A cotangent of a broadcast operand: summed over the dims that the operand lacks. */
function fit(dx: AnyTensor, x: AnyTensor): AnyTensor {
  const [from, to] = [dimsOf(dx), dimsOf(x)];
  if (from === to) return dx;
  const lost = from.filter(({ name }) => !to.some((d) => d.name === name));
  return reduction(
    "sum",
    dx,
    lost.map((d) => d.name),
  );
}

export const elementwise: Rule<"elementwise"> = {
  gradient: (node, [dy]) => {
    const { fn, stopped } = node.attributes;
    const { derivatives } = calculus[fn];
    const args = argumentsOf(node);
    const y = tensorOf(node as never, 0);
    return args.flatMap((x, i) => {
      if (typeof x === "number") return [];
      const derivative = derivatives[Math.min(i, derivatives.length - 1)];
      if (!dy || !derivative || stopped || x.dtype !== "float32") return [undefined];
      const dx = derivative(dy, args, y);
      return [dx && fit(dx, x)];
    });
  },
  elements: "alike",
  empty: "zero",
  partition: (node) => ({ linear: linearOperands(node) }),
  flops: (node) => elements(node.results[0]!.dims) * (calculus[node.attributes.fn].flops ?? 1),
};

function isLinearFactor(fn: ElementwiseFn, other: Argument): boolean {
  // A tensor may hold a zero, by which the quotient is infinite.
  if (fn === "div") return typeof other === "number" && other !== 0;
  if (fn !== "mul") return true;
  return typeof other === "number" ? isNotInfinite(other) : neverInfinite(other);
}

/**
 * The linear sets in terms of operands. Numbers must be 0 in a set, or the function is only affine.
 * Rounding is not linear: quotients of int32 are rounded down, and large int32 when cast to float32.
 * Nor is a product or quotient where what is multiplied with may be infinite.
 */
function linearOperands(node: NodeOf<"elementwise">): readonly (readonly number[])[] {
  const { fn, scalars } = node.attributes;
  const rounds = fn === "div" || fn === "toFloat32";
  if (rounds && node.operands[0]!.dtype !== "float32") return [];
  const sets = fn === "add" ? [scalars.map((_, i) => i)] : (calculus[fn].linear ?? []);
  if (sets.length === 0) return sets;
  let operands = 0;
  const operandAt = scalars.map((s) => (s === null ? operands++ : undefined));
  const args = argumentsOf(node);
  return sets
    .filter((set) => set.every((i) => scalars[i] === null || scalars[i] === 0))
    .filter(([i]) => isLinearFactor(fn, args[1 - i!]!))
    .map((set) => set.flatMap((i) => operandAt[i] ?? []))
    .filter((set) => set.length > 0);
}
