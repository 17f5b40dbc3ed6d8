import type { Dimension } from "../dimension.ts";
import { type AnyTensor, dimsOf } from "../graph/tensor.ts";
import { product } from "../ops/einsum/product.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { reduction } from "../ops/reduce/reduce.ts";
import { renamed } from "../ops/rename/rename.ts";
import { sizeOf } from "./size.ts";

/** The two sides of a matrix, each of one or more dims. */
export interface Sides {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** The polynomial whose steps drive singular values to about 1 (Jordan, 2024). */
const [a, b, c] = [3.4445, -4.775, 2.0315];

/**
 * The nearest matrix with orthogonal rows or columns, about: the same singular vectors, and singular
 * values near 1, by Newton–Schulz steps. Dims of neither side hold matrices of their own.
 */
export function orthogonal(
  x: AnyTensor,
  { inputs, outputs }: Sides,
  { steps, epsilon }: { readonly steps: number; readonly epsilon: number },
): AnyTensor {
  const squares = reduction("sum", apply("square", x), [...inputs, ...outputs]);
  let matrix = apply("div", x, apply("add", apply("sqrt", squares), epsilon));
  // The products of the smaller side with itself are the smaller matrices.
  const side = sizeOf(x, inputs) <= sizeOf(x, outputs) ? inputs : outputs;
  const summed = side === inputs ? outputs : inputs;
  for (let step = 0; step < steps; step++) matrix = stepped(matrix, side, summed);
  return matrix;
}

/** aX + (bA + cA²)X with A = XXᵀ, where X has its side for rows. */
function stepped(x: AnyTensor, side: readonly string[], summed: readonly string[]): AnyTensor {
  // A has the side twice; to multiply it by itself it takes a third set of names.
  const second = (name: string) => `${name}.2`;
  const third = (name: string) => `${name}.3`;
  const twin = renamedAll(x, side, (name) => name, second);
  const rows = dimsOf(x).filter((d) => !summed.includes(d.name));
  const columns = dimsOf(twin).filter((d) => side.some((name) => second(name) === d.name));
  const square: readonly Dimension[] = [...rows, ...columns];
  const gram = product(x, twin, square);
  const before = renamedAll(gram, side, second, third);
  const after = renamedAll(gram, side, (name) => name, third);
  const twice = product(before, after, square);
  const factor = apply("add", apply("mul", gram, b), apply("mul", twice, c));
  return apply("add", apply("mul", x, a), product(factor, twin, dimsOf(x)));
}

function renamedAll(
  x: AnyTensor,
  names: readonly string[],
  from: (name: string) => string,
  to: (name: string) => string,
): AnyTensor {
  return names.reduce((now, name) => renamed(now, from(name), to(name)), x);
}
