import { type AnyTensor, type Dimension, isTensor } from "mtf";
import {
  type Argument,
  argumentsFrom,
  type Call,
  type Environment,
  made,
  ref,
  refsIn,
} from "./call.ts";
import type { Name } from "./library.ts";
import { count, largest, type Magnitude, rounded } from "./magnitude.ts";
import { dependsOnRounding } from "./wild.ts";

/** A tensor of a program being drawn. */
export interface Known extends Magnitude {
  readonly id: number;
  readonly tensor: AnyTensor;
  readonly dims: readonly Dimension[];
}

/** Thrown where a step has nothing to be applied to: it is left out. */
export class NotApplicable extends Error {}

/** The names that dims of programs have; inputs use the first six. */
export const dimNames = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

/** No tensor of a program has more elements. */
const mostElements = 600;

/**
 * A program being drawn: what there is so far, and the numbers that decide what comes next. Numbers
 * are taken modulo the choices there are, so that any numbers make a valid program.
 */
export interface Context {
  readonly environment: Environment;
  readonly values: Known[];
  readonly calls: Call[];
  readonly axes: readonly string[];
  /** The tensors that may hold NaN or infinities. */
  readonly wild: Set<number>;
  readonly numbers: readonly number[];
  /** How many of the numbers have been used, and how many tensors were named. */
  readonly position: { at: number; named: number };
}

export function number(c: Context, choices: number): number {
  if (choices <= 0) throw new NotApplicable();
  return (c.numbers[c.position.at++] ?? 0) % choices;
}

export function choice<T>(c: Context, choices: readonly T[]): T {
  return choices[number(c, choices.length)]!;
}

/** Some of the choices, in any order. */
export function some<T>(c: Context, choices: readonly T[], least = 0): readonly T[] {
  const left = [...choices];
  const wanted = least + number(c, choices.length - least + 1);
  return Array.from({ length: wanted }, () => left.splice(number(c, left.length), 1)[0]!);
}

/** One of the tensors so far, the latest first. */
export function operand(c: Context, fits: (x: Known) => boolean = () => true): Known {
  return choice(c, c.values.filter(fits).reverse());
}

export const isFloat = (x: Known): boolean => x.tensor.dtype === "float32";
export const isInt = (x: Known): boolean => x.tensor.dtype === "int32";
export const isBool = (x: Known): boolean => x.tensor.dtype === "bool";
export const isNumeric = (x: Known): boolean => x.tensor.dtype !== "bool";
export const hasDims = (x: Known): boolean => x.dims.length > 0;
/** Whether a function that jumps gives the same on every layout. */
export const isExact = (x: Known): boolean => Number.isFinite(x.bits);

export function sizesAgree(x: Known, y: Known): boolean {
  return x.dims.every((d) => y.dims.every((e) => e.name !== d.name || e.size === d.size));
}

/** Whether two tensors may be operands of one elementwise function. */
export function meets(x: Known, y: Known): boolean {
  const shared = x.dims.some((d) => y.dims.some((e) => e.name === d.name));
  return sizesAgree(x, y) && (shared || x.dims.length === 0 || y.dims.length === 0);
}

export function unionOf(...xs: readonly Known[]): readonly Dimension[] {
  return [...new Map(xs.flatMap((x) => x.dims.map((d) => [d.name, d]))).values()];
}

/** A name that none of the tensors has. */
export function freeName(c: Context, ...xs: readonly Known[]): string {
  const taken = unionOf(...xs).map((d) => d.name);
  return choice(
    c,
    dimNames.filter((name) => !taken.includes(name)),
  );
}

/** Calls a function of the library and keeps what it gives. */
export function call(
  c: Context,
  fn: Name,
  args: readonly Argument[],
  magnitude: Magnitude | readonly Magnitude[],
): Known {
  const magnitudes = [magnitude].flat();
  if (magnitudes.some((m) => !(m.max <= largest))) throw new NotApplicable();
  if (dependsOnRounding(c, fn, args)) throw new NotApplicable();
  const given = made(fn, argumentsFrom(args, c.environment));
  return keep(c, { fn, args }, given, magnitudes);
}

/** Keeps the results of a call: a tensor, or an object of tensors. */
export function keep(
  c: Context,
  call: Omit<Call, "results">,
  results: unknown,
  magnitudes: readonly Magnitude[],
): Known {
  const named = isTensor(results) ? [["", results] as const] : Object.entries(results as object);
  const known = named.map(([, tensor], i): Known => {
    const dims = dimsIn(tensor);
    if (count(dims) > mostElements) throw new NotApplicable();
    const magnitude = rounded(magnitudes[Math.min(i, magnitudes.length - 1)]!);
    return { id: c.position.named++, tensor, dims, ...magnitude };
  });
  const wild = refsIn(call.args).some((id) => c.wild.has(id));
  for (const value of known) {
    c.environment.set(value.id, value.tensor);
    c.values.push(value);
    if (wild && isFloat(value)) c.wild.add(value.id);
  }
  c.calls.push({ ...call, results: known.map(({ id }, i) => ({ id, key: named[i]![0] })) });
  return known[0]!;
}

export function dimsIn(tensor: AnyTensor): readonly Dimension[] {
  return tensor.names.map((name: string) => (tensor.dims as Record<string, Dimension>)[name]!);
}

export { ref };
