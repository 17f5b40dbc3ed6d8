import {
  add,
  constant,
  defineDims,
  defineLayout,
  defineMesh,
  div,
  einsum,
  type Layout,
  lower,
  mul,
  placeholder,
  type Scalar,
  sum,
  type Tensor,
  tanh,
} from "mtf";
import { describe, expect, test } from "vitest";
import { separate } from "../support/separate.ts";
import { everywhere } from "./everywhere.ts";

const { m, n } = defineDims({ m: 2, n: 4 });
const inf = Infinity;
const nan = NaN;

type Matrix = Tensor<"m" | "n">;
type Vector = Tensor<"n">;

const matrix = [placeholder([m, n]), [2, 1, inf, 0, -1, -1, 1, 5]] as const;

/** Sums owed along m, then a function of them and a vector. */
function sums(
  what: string,
  fn: (x: Vector, y: Vector) => unknown,
  y: readonly number[],
  gives: readonly number[],
): void {
  everywhere(what, {
    fn: ((x: Matrix, y: Vector) => fn(sum(x, "m"), y)) as never,
    inputs: [matrix, [placeholder([n]), y]],
    gives: [gives],
  });
}

describe("a sum that is owed is settled before it meets what may be infinite", () => {
  // Term by term 2 ∞ - 1 ∞ would be NaN, and 0 ∞ as well.
  sums("a product", mul, [inf, inf, 1, inf], [inf, nan, inf, inf]);
  sums("a product by 0", mul, [0, 0, 0, 0], [0, 0, nan, 0]);
  sums("a quotient", div, [0, 0, 0, 0], [inf, nan, inf, inf]);
  sums("a quotient by infinity", div, [inf, inf, inf, inf], [0, 0, nan, 0]);
  sums("a contraction", (x, y) => einsum(x, y), [inf, 0, 1, inf], [inf]);
  sums("a product with a number", (x) => mul(x, inf), [0, 0, 0, 0], [inf, nan, inf, inf]);
  sums("a quotient by a number", (x) => div(x, 0), [0, 0, 0, 0], [inf, nan, inf, inf]);
  sums("another sum", add, [-inf, 1, -inf, nan], [-inf, 1, nan, nan]);
});

describe("it stays owed where nothing can be infinite", () => {
  const mesh = defineMesh("p:2");
  const layout: Layout = defineLayout({ dims: { m, n }, mesh, rules: { m: "p" } });
  /** How many sums are settled, and with how many elements each. */
  const settled = (fn: (x: Vector, y: Vector) => Scalar) => {
    const { program } = lower((x: Matrix, y: Vector) => fn(sum(x, "m"), y), {
      layout,
      inputs: [placeholder([m, n]), placeholder([n])] as const,
    });
    const { values, instructions } = program;
    return separate(instructions)
      .filter((i) => i.kind === "reduce")
      .map((i) => values[i.result]!.dims.reduce((size, d) => size * d.size, 1));
  };

  test.each<[string, (x: Vector, y: Vector) => Scalar, number]>([
    ["a number", (x) => sum(mul(x, 0.5)), 1],
    ["a divisor", (x) => sum(div(x, 4)), 1],
    ["constants", (x) => einsum(x, constant([1, 2, 3, 4], [n])), 1],
    ["what has bounds", (x, y) => sum(mul(x, tanh(y))), 1],
    ["an input", (x, y) => sum(mul(x, y)), 4],
    ["an infinite constant", (x) => einsum(x, constant([1, 2, inf, 4], [n])), 4],
    ["a tensor as divisor", (x, y) => sum(div(x, tanh(y))), 4],
  ])("%s", (_, fn, elements) => {
    expect(settled(fn)).toEqual([elements]);
  });
});
