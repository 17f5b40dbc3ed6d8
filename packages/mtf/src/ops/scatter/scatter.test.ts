import { describe, expect, it } from "vitest";
import { compute } from "../../../test/numeric.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import { constant, dimension, grad, mul, placeholder, scatter, sum } from "../../index.ts";

const block = dimension("block", 2);
const offset = dimension("offset", 3);
const i = dimension("i", 4);
const inputs = [placeholder([block, offset]), placeholder([i])] as never as AnyTensor[];
const data = [
  [0, 1, 2, 3, 4, 5],
  [10, 20, 30, 40],
];

type Pool = Tensor<"block" | "offset">;
type Rows = Tensor<"i">;

const put = (places: readonly (readonly [block: number, offset: number])[]) => {
  const ids = [0, 1].map((d) =>
    constant(
      places.map((place) => place[d]!),
      [i],
      "int32",
    ),
  );
  return (x: Pool, rows: Rows) => scatter(x, rows, { block: ids[0]!, offset: ids[1]! });
};

const of = (fn: (x: Pool, rows: Rows) => unknown) =>
  compute(((x: never, y: never) => [fn(x, y)].flat()) as never, inputs, data).map((x) => [...x]);

describe("scatter", () => {
  it("puts rows where their ids say; those outside vanish", () => {
    const places = [
      [1, 0],
      [0, 3],
      [-1, 1],
      [0, 2],
    ] as const;
    expect(of(put(places))).toEqual([[0, 1, 40, 10, 4, 5]]);
  });

  it("keeps the last of several rows for one place, and the gradient goes to it alone", () => {
    const places = [
      [1, 0],
      [0, 0],
      [1, 0],
      [0, 0],
    ] as const;
    expect(of(put(places))).toEqual([[40, 1, 2, 30, 4, 5]]);
    const weights = constant([1, 2, 3, 4, 5, 6], [block, offset]);
    const loss = (x: Pool, rows: Rows) => sum(mul(put(places)(x, rows), weights));
    const ofRows = grad((rows: Rows, x: Pool) => loss(x, rows));
    expect(of((x, rows) => [grad(loss)(x, rows), ofRows(rows, x)])).toEqual([
      [0, 2, 3, 0, 5, 6],
      [0, 0, 4, 1],
    ]);
  });

  it("takes ids of all rows along one dim", () => {
    const at = constant([1, 0, 1, 5], [i], "int32");
    const rows = (x: Pool, y: Rows) => scatter(sum(x, "offset"), y, { block: at });
    expect(of(rows)).toEqual([[20, 30]]);
  });
});
