import { describe, expect, test } from "vitest";
import { type DType, hostArray } from "../../dtype.ts";
import { MtfError } from "../../errors.ts";
import type { Op } from "../../graph/kinds.ts";
import { volume } from "../../program/placement.ts";
import type { Slice } from "../backend.ts";
import { bindArrays } from "./bind.ts";

type Sizes = Readonly<
  Record<string, number | readonly [size: number, begin: number, local: number]>
>;

/** A slice from sizes: `{ a: 4 }` is whole, `{ a: [4, 1, 2] }` holds elements 1 and 2. */
function slice(sizes: Sizes, dtype: DType = "float32"): Slice {
  const parts = Object.entries(sizes).map(([name, given]) => {
    const [size, begin, local] = typeof given === "number" ? [given, 0, given] : given;
    return { dim: { name, size }, range: { begin, size: local } };
  });
  return { dims: parts.map((p) => p.dim), dtype, box: parts.map((p) => p.range) };
}

type Given = readonly [slice: Slice, data: readonly number[]];

/** What an op makes of its operands, one array a result. */
function run(op: Op, operands: readonly Given[], ...results: readonly Slice[]): number[][] {
  const outputs = results.map(({ dtype, box }) =>
    dtype === "float32" ? new Float64Array(volume(box)) : hostArray(dtype, volume(box)),
  );
  const slices = operands.map(([s]) => s);
  const inputs = operands.map(([{ dtype }, data]) => {
    const array =
      dtype === "float32" ? new Float64Array(data.length) : hostArray(dtype, data.length);
    array.set(data);
    return array;
  });
  bindArrays(op, slices, results)(inputs, outputs);
  return outputs.map((output) => [...output]);
}

const nan = Number.NaN;

describe("elementwise", () => {
  const apply = (
    fn: Extract<Op, { kind: "elementwise" }>["attributes"]["fn"],
    dtype: DType,
    ...xs: number[]
  ) =>
    run(
      { kind: "elementwise", attributes: { fn, scalars: xs.map(() => null) } },
      xs.map((x) => [slice({}, dtype), [x]]),
      slice({}, dtype),
    )[0]![0];

  test("int32 wraps, divides downwards and takes the divisor's sign", () => {
    expect(apply("add", "int32", 2 ** 31 - 1, 1)).toBe(-(2 ** 31));
    expect(apply("mul", "int32", 123_456_789, 987_654_321)).toBe(-67_153_019);
    expect(apply("div", "int32", -7, 2)).toBe(-4);
    expect(apply("mod", "int32", -7, 2)).toBe(1);
    expect(apply("mod", "int32", 7, -2)).toBe(-1);
    expect(apply("pow", "int32", 3, 21)).toBe((3 ** 21) | 0);
    expect(apply("pow", "int32", -1, -3)).toBe(-1);
    expect(apply("div", "int32", 1, 0)).toBe(0);
  });

  test("float32 remainders have the divisor's sign, and of equal signs stay exact", () => {
    expect(apply("mod", "float32", -0.5, 2)).toBe(1.5);
    expect(apply("mod", "float32", 5.5, 2)).toBe(1.5);
    expect(apply("mod", "float32", -4, 2)).toBe(-0);
  });

  test("where hides the branch that was not taken", () => {
    const where: Op = {
      kind: "elementwise",
      attributes: { fn: "where", scalars: [null, null, 0] },
    };
    const condition: Given = [slice({ a: 2 }, "bool"), [1, 0]];
    const x: Given = [slice({ a: 2 }), [5, nan]];
    expect(run(where, [condition, x], slice({ a: 2 }))).toEqual([[5, 0]]);
  });

  test("geluGrad is 0 and 1 far out, where its parts overflow", () => {
    expect(apply("geluGrad", "float32", -1e200, 1)).toBe(0);
    expect(apply("geluGrad", "float32", 1e200, 1)).toBe(1);
  });

  test("operands broadcast by name, in any order", () => {
    const op: Op = { kind: "elementwise", attributes: { fn: "sub", scalars: [null, null] } };
    const matrix: Given = [slice({ a: 2, b: 3 }), [1, 2, 3, 4, 5, 6]];
    const row: Given = [slice({ b: 3 }), [10, 20, 30]];
    expect(run(op, [matrix, row], slice({ b: 3, a: 2 }))).toEqual([[-9, -6, -18, -15, -27, -24]]);
  });
});

describe("slices of a whole", () => {
  test("iota counts from where the slice begins", () => {
    expect(run({ kind: "iota", attributes: {} }, [], slice({ a: [9, 4, 3] }, "int32"))).toEqual([
      [4, 5, 6],
    ]);
  });

  test("oneHot and gather compare with positions in the whole, and read zeros outside", () => {
    const ids: Given = [slice({ i: 4 }, "int32"), [2, 3, -1, 9]];
    expect(
      run({ kind: "oneHot", attributes: { dim: "v" } }, [ids], slice({ i: 4, v: [5, 2, 2] })),
    ).toEqual([[1, 0, 0, 1, 0, 0, 0, 0]]);
    const table: Given = [slice({ v: [5, 3, 2] }), [30, nan]];
    expect(
      run({ kind: "gather", attributes: { dim: "v" } }, [table, ids], slice({ i: 4 })),
    ).toEqual([[0, 30, 0, 0]]);
  });

  test("gather goes along dims that table and ids share", () => {
    const table: Given = [slice({ s: 2, v: 3 }), [0, 1, 2, 10, 11, 12]];
    const ids: Given = [slice({ s: 2 }, "int32"), [2, 0]];
    expect(
      run({ kind: "gather", attributes: { dim: "v" } }, [table, ids], slice({ s: 2 })),
    ).toEqual([[2, 10]]);
  });

  test("scatterAdd adds equal ids, drops what is outside", () => {
    const rows: Given = [slice({ i: 4 }), [1, 2, 4, 8]];
    const ids: Given = [slice({ i: 4 }, "int32"), [1, 1, 0, 2]];
    const op: Op = { kind: "scatterAdd", attributes: { dim: "v" } };
    expect(run(op, [rows, ids], slice({ v: [4, 1, 2] }))).toEqual([[3, 8]]);
  });

  test("pad and concat work with operands of which nothing is here", () => {
    const none: Given = [slice({ a: [2, 0, 0] }), []];
    const pad: Op = { kind: "pad", attributes: { dim: "a", before: 3, value: -1 } };
    expect(run(pad, [none], slice({ a: [5, 0, 3] }))).toEqual([[-1, -1, -1]]);
    const concat: Op = { kind: "concat", attributes: { dim: "a" } };
    const other: Given = [slice({ a: 2 }), [7, 8]];
    expect(run(concat, [none, other], slice({ a: [4, 3, 1] }))).toEqual([[8]]);
  });
});

describe("order", () => {
  const row: Given = [slice({ a: 5 }), [1, 3, 3, 0, 3]];

  test("the lowest position of equals comes first", () => {
    const argmax: Op = { kind: "argmax", attributes: { over: "a" } };
    expect(run(argmax, [row], slice({}, "int32"))).toEqual([[1]]);
    const topK: Op = { kind: "topK", attributes: { over: "a", k: "k" } };
    expect(run(topK, [row], slice({ k: 4 }), slice({ k: 4 }, "int32"))).toEqual([
      [3, 3, 3, 1],
      [1, 2, 4, 0],
    ]);
  });

  test("a NaN is the largest", () => {
    const given: Given = [slice({ a: 4 }), [1, nan, Number.POSITIVE_INFINITY, nan]];
    expect(run({ kind: "argmax", attributes: { over: "a" } }, [given], slice({}, "int32"))).toEqual(
      [[1]],
    );
  });

  test("cumsum in either direction, with and without the element itself", () => {
    const sum = (exclusive: boolean, reverse: boolean) =>
      run(
        { kind: "cumsum", attributes: { over: "a", exclusive, reverse } },
        [row],
        slice({ a: 5 }),
      );
    expect(sum(false, false)).toEqual([[1, 4, 7, 7, 10]]);
    expect(sum(true, false)).toEqual([[0, 1, 4, 7, 7]]);
    expect(sum(true, true)).toEqual([[9, 6, 3, 3, 0]]);
  });
});

describe("rows", () => {
  test("logsumexp of nothing but -infinity is -infinity", () => {
    const given: Given = [slice({ a: 2 }), [-Infinity, -Infinity]];
    const op: Op = { kind: "logsumexp", attributes: { over: "a" } };
    expect(run(op, [given], slice({}))).toEqual([[-Infinity]]);
  });

  test("a label outside costs nothing and moves nothing", () => {
    const logits: Given = [slice({ i: 2, a: 2 }), [0, 0, 0, 0]];
    const labels: Given = [slice({ i: 2 }, "int32"), [1, 5]];
    const loss: Op = { kind: "crossEntropy", attributes: { over: "a" } };
    const log2 = Math.log(2);
    const i = slice({ i: 2 });
    expect(run(loss, [logits, labels], i, i, i)).toEqual([
      [log2, 0],
      [2, 2],
      [0, 0],
    ]);
    const gradient: Op = { kind: "crossEntropyGrad", attributes: { over: "a" } };
    const sums: Given = [i, [2, 2]];
    const [ones, zeros]: Given[] = [1, 0].map((x) => [i, [x, x]] as const);
    const operands: Given[] = [logits, labels, sums, zeros!, ones!, zeros!];
    const [dlogits] = run(gradient, operands, slice({ i: 2, a: 2 }));
    for (const [n, expected] of [0.5, -0.5, 0, 0].entries()) {
      expect(dlogits![n]).toBeCloseTo(expected, 12);
    }
  });

  test("adam with a closed gate changes nothing, whatever the gradient", () => {
    const attributes = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.1 };
    const one: Given = [slice({}), [1]];
    const [p, g, m, v]: Given[] = [2, nan, 3, 4].map((x) => [slice({ a: 1 }), [x]] as const);
    const closed: Given = [slice({}), [0]];
    const a = slice({ a: 1 });
    expect(
      run({ kind: "adam", attributes }, [p!, g!, m!, v!, one, one, one, closed], a, a, a),
    ).toEqual([[2], [3], [4]]);
  });
});

test("what never reaches a backend is refused as a bug", () => {
  const op: Op = { kind: "input", attributes: { path: "x" } };
  expect(() => run(op, [], slice({}))).toThrow(MtfError);
});
