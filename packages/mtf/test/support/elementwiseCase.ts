import type { DType } from "../../src/dtype.ts";
import type { ElementwiseFn } from "../../src/graph/kinds.ts";
import {
  chance,
  type Draw,
  integer,
  type Operand,
  operandOf,
  type Part,
  parts,
  pick,
  sliceOf,
  wild,
  within,
} from "./draw.ts";
import type { KernelCase } from "./kernelCases.ts";

type Limits = readonly [min: number, max: number];

/** What to draw for a function: the dtypes it may be tried on, and limits of its arguments. */
interface Rule {
  readonly on: readonly DType[];
  readonly to?: DType;
  readonly count?: readonly [least: number, most: number];
  /** Limits of each argument; the last one holds for those that follow. */
  readonly limits?: readonly Limits[];
  readonly intLimits?: readonly Limits[];
}

const float: readonly DType[] = ["float32"];
const number_: readonly DType[] = ["float32", "int32"];
const any: readonly DType[] = ["float32", "int32", "bool"];
const bool: readonly DType[] = ["bool"];
const positive: readonly Limits[] = [[0.125, 4]];
const two = [2, 2] as const;
const compare: Rule = { on: number_, to: "bool", count: two };

const rules: Readonly<Record<ElementwiseFn, Rule>> = {
  identity: { on: any },
  neg: { on: number_ },
  abs: { on: number_ },
  sign: { on: number_ },
  square: { on: number_ },
  sqrt: { on: float, limits: [[0, 4]] },
  rsqrt: { on: float, limits: positive },
  reciprocal: { on: float, limits: positive },
  exp: { on: float },
  log: { on: float, limits: positive },
  tanh: { on: float },
  sigmoid: { on: float },
  relu: { on: number_ },
  gelu: { on: float },
  softplus: { on: float },
  erf: { on: float },
  floor: { on: float },
  ceil: { on: float },
  round: { on: float },
  sin: { on: float },
  cos: { on: float },
  not: { on: bool },
  isFinite: { on: float, to: "bool" },
  toFloat32: { on: any, to: "float32" },
  toInt32: { on: any, to: "int32" },
  toBool: { on: any, to: "bool" },
  add: { on: number_, count: [1, 4] },
  sub: { on: number_, count: two },
  mul: { on: number_, count: two },
  div: {
    on: number_,
    count: two,
    limits: [[-4, 4], ...positive],
    intLimits: [
      [-99, 99],
      [1, 9],
    ],
  },
  mod: {
    on: number_,
    count: two,
    limits: [[-4, 4], ...positive],
    intLimits: [
      [-99, 99],
      [1, 9],
    ],
  },
  pow: {
    on: number_,
    count: two,
    limits: [
      [0.125, 4],
      [-3, 3],
    ],
    intLimits: [
      [-99, 99],
      [0, 9],
    ],
  },
  maximum: { on: number_, count: two },
  minimum: { on: number_, count: two },
  less: compare,
  lessEqual: compare,
  greater: compare,
  greaterEqual: compare,
  equal: compare,
  notEqual: compare,
  and: { on: bool, count: two },
  or: { on: bool, count: two },
  geluGrad: { on: float, count: two },
  where: { on: any, count: [3, 3] },
  clip: { on: number_, count: [3, 3] },
};

export const elementwiseFns = Object.keys(rules) as readonly ElementwiseFn[];

/** A case of one elementwise function. */
export function elementwiseCase(g: Draw, fn: ElementwiseFn): KernelCase {
  const rule = rules[fn];
  const dtype = pick(g, rule.on);
  const [least, most] = rule.count ?? [1, 1];
  const count = integer(g, least, most);
  const all = parts(g, ["a", "b", "c"]);
  const some = () => all.filter(() => chance(g));

  const constant = count > 1 && fn !== "and" && fn !== "or" ? integer(g, 0, count) : 0;
  const scalars: (number | null)[] = [];
  const operands: Operand[] = [];
  for (let i = 0; i < count; i++) {
    // Not the first argument of `where`, which is a bool, and never all of them.
    const isConstant = i > 0 && i === constant;
    if (isConstant) scalars.push(dtype === "float32" ? pick(g, [0.5, 2, 1.5]) : 1);
    else {
      scalars.push(null);
      operands.push(argument(g, fn, i, dtype, some()));
    }
  }
  const present = all.filter((p) =>
    operands.some((o) => o.slice.dims.some((d) => d.name === p.name)),
  );
  return {
    op: { kind: "elementwise", attributes: { fn, scalars } },
    operands,
    results: [sliceOf(g, present, rule.to ?? dtype)],
  };
}

function argument(
  g: Draw,
  fn: ElementwiseFn,
  position: number,
  dtype: DType,
  dims: readonly Part[],
): Operand {
  const rule = rules[fn];
  if (fn === "where" && position === 0) return operandOf(g, dims, "bool");
  if (dtype === "float32" && integer(g, 0, 2) === 0) return wild(g, dims);
  const limits = dtype === "int32" ? rule.intLimits : rule.limits;
  if (!limits || dtype === "bool") return operandOf(g, dims, dtype);
  const [min, max] = limits[Math.min(position, limits.length - 1)]!;
  const drawn = within(g, dims, dtype, min, max);
  // Divisors have either sign.
  const negative = (fn === "div" || fn === "mod") && position === 1 && chance(g);
  return negative ? { slice: drawn.slice, data: drawn.data.map((x) => -x) } : drawn;
}
