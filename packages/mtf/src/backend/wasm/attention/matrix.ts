import type { Product } from "../blas/product.ts";
import type { Context } from "../context.ts";
import { bindProduct, groupsOf } from "../product.ts";

type Side = "row" | "column" | "depth";

/** A matrix of the heap: what its rows and its columns are in a product, and how far apart rows are. */
export interface Matrix {
  readonly dims: readonly [Side, Side];
  readonly step: number;
}

/** The product of two matrices whose dims have these sizes; `adding` it to what is there. */
export function matrixProduct(
  context: Context,
  sizes: Readonly<Record<Side, number>>,
  [a, b, c]: readonly [Matrix, Matrix, Matrix],
  adding = false,
): Product {
  const factor = ({ dims: [row, column], step }: Matrix) => ({
    extents: [row, column].map((name) => ({ name, size: sizes[name] })),
    strides: { [row]: step, [column]: 1 },
  });
  return bindProduct(context, groupsOf(factor(a), factor(b), factor(c)), adding);
}

/** What is made for two numbers, made once. */
export function forSizes<T>(make: (rows: number, keys: number) => T): typeof make {
  const made = new Map<string, T>();
  return (rows, keys) => {
    const name = `${rows} ${keys}`;
    const known = made.get(name) ?? make(rows, keys);
    made.set(name, known);
    return known;
  };
}
