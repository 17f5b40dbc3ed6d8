import { defineDims, einsum, placeholder, type Tensor } from "mtf";
import { everywhere } from "./everywhere.ts";

// So large that a BLAS, where there is one, is given what each device multiplies.
const size = 60;
const { m, n, k } = defineDims({ m: size, n: size, k: size });

const ones = Array.from({ length: size * size }, () => 1);
const withAt = (row: number, column: number, value: number) =>
  ones.map((one, i) => (i === row * size + column ? value : one));

/** What the product of ones has elsewhere, and in a row, in a column and where they cross. */
function given({ row = -1, column = -1, inRow = NaN, inColumn = NaN, both = NaN }) {
  return ones.map((_, i) => {
    const [atRow, atColumn] = [Math.floor(i / size) === row, i % size === column];
    if (atRow) return atColumn ? both : inRow;
    return atColumn ? inColumn : size;
  });
}

const fn = ((a: Tensor<"m" | "k">, b: Tensor<"k" | "n">) => einsum(a, b, "m", "n")) as never;

function products(what: string, a: readonly number[], b: readonly number[], c: readonly number[]) {
  everywhere(what, {
    fn,
    inputs: [
      [placeholder([m, k]), a],
      [placeholder([k, n]), b],
    ],
    gives: [c],
  });
}

const inf = Infinity;

products("NaN reaches its row", withAt(7, 3, NaN), ones, given({ row: 7 }));
products("NaN reaches its column", ones, withAt(3, 59, NaN), given({ column: 59 }));
products(
  "infinity times 0 is NaN, and times another number infinite",
  withAt(7, 3, inf),
  withAt(3, 5, 0),
  given({ row: 7, inRow: inf, column: 5, inColumn: size - 1 }),
);
products(
  "infinities of both signs add up to NaN",
  withAt(7, 3, inf),
  withAt(4, 5, -inf),
  given({ row: 7, inRow: inf, column: 5, inColumn: -inf }),
);
