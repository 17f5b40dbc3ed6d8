import { type AnyTensor, dimsOf, isTensor } from "../graph/tensor.ts";
import { filled, zerosLike } from "../ops/constant/constant.ts";
import { apply } from "../ops/elementwise/apply.ts";
import type { Sides } from "./orthogonal.ts";
import { meanOver, sizeOf } from "./size.ts";

/** The running means of a parameter's squared gradients: of each number, or of rows and columns. */
export type Squares =
  | { readonly whole: AnyTensor }
  | { readonly rows: AnyTensor; readonly columns: AnyTensor };

/** When a parameter's squares are kept as means of rows and columns. */
export interface Factoring {
  /** Default true. */
  readonly factored?: boolean | undefined;
  /** The least size of the two largest dims of a parameter that is factored; default 128. */
  readonly minDimSizeToFactor?: number | undefined;
  /** Dims along which parameters are stacked: they are never factored. */
  readonly stacked?: readonly string[] | undefined;
  /**
   * The two sides of a parameter that is a matrix of several dims; each counts as one dim. By default
   * each dim is a side.
   */
  readonly sides?: ((path: string, parameter: AnyTensor) => Sides | undefined) | undefined;
}

export function isSquares(value: unknown): value is Squares {
  if (value === null || typeof value !== "object") return false;
  const { whole, rows, columns } = value as Readonly<Record<string, unknown>>;
  return isTensor(whole) || (isTensor(rows) && isTensor(columns));
}

/** Those of a parameter before the first step. */
export function noSquares(p: AnyTensor, path: string, factoring: Factoring): Squares {
  const { factored = true, minDimSizeToFactor: least = 128, stacked = [] } = factoring;
  const sides = factoring.sides?.(path, p);
  const all = sides ? [sides.inputs, sides.outputs] : p.names.map((name) => [name]);
  const own = all.filter((side) => !side.some((name) => stacked.includes(name)));
  // Of sides as large as one another, the first counts as the larger.
  const [largest, second] = own.toSorted((one, other) => sizeOf(p, other) - sizeOf(p, one));
  const large = largest && second && sizeOf(p, second) >= least;
  if (!factored || !large) return { whole: zerosLike(p) };
  return { rows: zerosWithout(p, largest), columns: zerosWithout(p, second) };
}

function zerosWithout(p: AnyTensor, side: readonly string[]): AnyTensor {
  const dims = dimsOf(p).filter((d) => !side.includes(d.name));
  return filled(0, dims, "float32");
}

/** A gradient by the roots of the means of its squares, and these means with its own among them. */
export function normalized(
  gradient: AnyTensor,
  before: Squares,
  square: AnyTensor,
  kept: AnyTensor,
): { readonly direction: AnyTensor; readonly squares: Squares } {
  const fresh = apply("sub", 1, kept);
  const mixed = (old: AnyTensor, own: AnyTensor) =>
    apply("add", apply("mul", old, kept), apply("mul", own, fresh));
  if ("whole" in before) {
    const whole = mixed(before.whole, square);
    return { direction: apply("mul", gradient, apply("rsqrt", whole)), squares: { whole } };
  }
  const largest = lacking(before.rows, square);
  const second = lacking(before.columns, square);
  const rows = mixed(before.rows, meanOver(square, largest));
  const columns = mixed(before.columns, meanOver(square, second));
  const byRow = apply("rsqrt", apply("div", rows, meanOver(rows, second)));
  const direction = apply("mul", apply("mul", gradient, byRow), apply("rsqrt", columns));
  return { direction, squares: { rows, columns } };
}

/** The dims of a parameter that means over them lack. */
function lacking(means: AnyTensor, square: AnyTensor): readonly string[] {
  return square.names.filter((name) => !means.names.includes(name));
}
