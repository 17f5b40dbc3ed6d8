import { describe, expect, it } from "vitest";
import { compute } from "../../../test/numeric.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import {
  dimension,
  dynamicShift,
  dynamicSlice,
  dynamicUpdate,
  grad,
  placeholder,
  slice,
  sum,
} from "../../index.ts";

const row = dimension("row", 3);
const n = dimension("n", 4);
type Rows = Tensor<"row" | "n">;
type At = Tensor<"row", "int32">;

const data = [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23];

/** What a function of three rows of four and a position for each gives, row by row. */
function of(fn: (x: Rows, at: At) => unknown, at: readonly number[]): readonly number[][] {
  const inputs = [placeholder([row, n]), placeholder([row], "int32")] as never as AnyTensor[];
  const [found] = compute(((x: never, y: never) => [fn(x, y)]) as never, inputs, [data, at]);
  const width = found!.length / row.size;
  return at.map((_, i) => [...found!.slice(i * width, (i + 1) * width)]);
}

describe("windows at positions that only the devices know", () => {
  it("are read, and moved until they fit", () => {
    expect(of((x, at) => dynamicSlice(x, "n", at, 2), [1, 3, -2_000_000_000])).toEqual([
      [1, 2],
      [12, 13],
      [20, 21],
    ]);
  });

  it("are written, and moved until they fit", () => {
    const write = (x: Rows, at: At) => dynamicUpdate(x, slice(x, "n", 2), "n", at);
    expect(of(write, [1, 2_000_000_000, -7])).toEqual([
      [0, 2, 3, 3],
      [10, 11, 12, 13],
      [22, 23, 22, 23],
    ]);
  });

  it("as long as the dim are all of it", () => {
    expect(of((x, at) => dynamicSlice(x, "n", at, 4), [1, 2, 3])).toEqual(of((x) => x, [0, 0, 0]));
  });

  it("hand their gradient on to what they took, and not to what they replaced", () => {
    const read = grad((x: Rows, at: At) => sum(dynamicSlice(x, "n", at, 2)));
    expect(of((x, at) => read(x, at), [1, 3, 0])[1]).toEqual([0, 0, 1, 1]);
    const write = grad((x: Rows, at: At) => sum(dynamicUpdate(x, slice(x, "n", 0, 1), "n", at)));
    expect(of((x, at) => write(x, at), [1, 3, 0])).toEqual([
      [2, 0, 1, 1],
      [2, 1, 1, 0],
      [1, 1, 1, 1],
    ]);
  });
});

describe("shifts by distances that only the devices know", () => {
  const far = 2 ** 31 - 1;

  it("leave zeros behind", () => {
    expect(of((x, by) => dynamicShift(x, "n", by), [1, -2, -far - 1])).toEqual([
      [0, 0, 1, 2],
      [12, 13, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  it("or go around", () => {
    expect(of((x, by) => dynamicShift(x, "n", by, { wrap: true }), [1, -2, far])).toEqual([
      [3, 0, 1, 2],
      [12, 13, 10, 11],
      [21, 22, 23, 20],
    ]);
  });
});
