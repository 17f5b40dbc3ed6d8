import { describe, expect, it } from "vitest";
import { compute } from "../../test/numeric.ts";
import { nodesOf } from "../graph/graph.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import {
  all,
  any,
  argmax,
  ceil,
  clip,
  crossEntropyWithLogsumexp,
  defineDims,
  dimension,
  div,
  dropout,
  einsum,
  floor,
  fold,
  gather,
  grad,
  greater,
  iota,
  key,
  max,
  maximum,
  mean,
  minimum,
  mod,
  normal,
  placeholder,
  round,
  scatterAdd,
  softmax,
  softmaxCrossEntropy,
  sub,
  sum,
  topK,
  trace,
  uniform,
} from "../index.ts";
import { rules } from "./rules.ts";

const { n, row, column } = defineDims({ n: 4, row: 2, column: 3 });

type Fn = (...xs: AnyTensor[]) => AnyTensor[];
type Vector = Tensor<"n">;

/** What a function of float vectors of four gives, as plain numbers. */
function of(fn: (...xs: Vector[]) => unknown, ...data: number[][]): number[][] {
  const inputs = data.map(() => placeholder([n]) as never as AnyTensor);
  const listed: Fn = (...xs) => [fn(...(xs as never as Vector[]))].flat() as AnyTensor[];
  return compute(listed, inputs, data).map((x) => [...x]);
}

describe("ties go to the first", () => {
  const tied = [1, 3, 3, 0];

  it("in argmax and topK", () => {
    expect(of((x) => argmax(x, "n"), tied)).toEqual([[1]]);
    const { values, indices } = { values: 0, indices: 1 };
    const found = of((x) => {
      const best = topK(x, "n", dimension("k", 3));
      return [best.values, best.indices];
    }, tied);
    expect([found[values], found[indices]]).toEqual([
      [3, 3, 1],
      [1, 2, 0],
    ]);
  });

  it("in the gradients of max, maximum and minimum", () => {
    expect(
      of(
        grad((x: Vector) => max(x)),
        tied,
      ),
    ).toEqual([[0, 1, 0, 0]]);
    const other = [1, 0, 3, 5];
    expect(of((x, y) => grad((z: Vector) => sum(maximum(z, y)))(x), tied, other)).toEqual([
      [1, 1, 1, 0],
    ]);
    expect(of((x, y) => grad((z: Vector) => sum(maximum(y, z)))(x), tied, other)).toEqual([
      [0, 1, 0, 0],
    ]);
    expect(of((x, y) => grad((z: Vector) => sum(minimum(z, y)))(x), tied, other)).toEqual([
      [1, 0, 1, 1],
    ]);
  });

  it("row by row where several dims are reduced", () => {
    const fn = grad((x: Tensor<"row" | "column">) => max(x));
    const [found] = compute(
      ((x: never) => [fn(x)]) as never,
      [placeholder([row, column]) as never],
      [[0, 7, 2, 7, 7, 1]],
    );
    expect([...found!]).toEqual([0, 1, 0, 0, 0, 0]);
  });

  it("and clip passes the gradient at its bounds", () => {
    expect(
      of(
        grad((x: Vector) => sum(clip(x, 0, 3))),
        [-1, 0, 3, 4],
      ),
    ).toEqual([[0, 1, 1, 0]]);
  });
});

describe("rounding", () => {
  it("of halves goes to the even number, and floor and ceil to their sides", () => {
    const halves = [-1.5, -0.5, 0.5, 2.5];
    expect(
      of((x) => [round(x), floor(x), ceil(x)], halves).map((x) => x.map((y) => y + 0)),
    ).toEqual([
      [-2, 0, 0, 2],
      [-2, -1, 0, 2],
      [-1, 0, 1, 3],
    ]);
  });
});

describe("integers", () => {
  it("are divided towards minus infinity, and mod has the sign of the divisor", () => {
    const ints = () => sub(iota(n), 2);
    expect(of(() => [div(ints(), 2), mod(ints(), 3)])).toEqual([
      [-1, -1, 0, 0],
      [1, 2, 0, 1],
    ]);
  });
});

describe("bools", () => {
  it("are reduced by any and all", () => {
    const fn = (x: Vector) => [any(greater(x, 2)), all(greater(x, 2)), all(greater(x, -1), "n")];
    expect(of(fn, [1, 3, 3, 0])).toEqual([[1], [0], [1]]);
  });
});

describe("ids outside a dim", () => {
  it("read zeros and are not written", () => {
    const ids = () => sub(iota(row), 1);
    const fn = (x: Vector) => [gather(x, ids(), "n"), scatterAdd(gather(x, ids(), "n"), ids(), n)];
    expect(of(fn, [5, 6, 7, 8])).toEqual([
      [0, 5],
      [5, 0, 0, 0],
    ]);
  });

  it("are no labels: no loss, no gradient", () => {
    const logits = placeholder([row, column]) as never as AnyTensor;
    const labels = placeholder([row], "int32") as never as AnyTensor;
    const loss = (x: Tensor<"row" | "column">, of: Tensor<"row", "int32">) =>
      sum(softmaxCrossEntropy(x, of, "column"));
    const fn = (x: never, y: never) => [
      softmaxCrossEntropy(x, y, "column" as never),
      grad((z: Tensor<"row" | "column">) => loss(z, y))(x),
    ];
    const [each, gradient] = compute(
      fn as never,
      [logits, labels],
      [
        [1, 1, 1, 2, 2, 2],
        [-100, 1],
      ],
    );
    expect(each![0]).toBe(0);
    expect(each![1]).toBeCloseTo(Math.log(3), 14);
    expect([...gradient!.slice(0, 3)]).toEqual([0, 0, 0]);
  });
});

describe("softmax", () => {
  it("does not overflow", () => {
    const [y] = of((x) => softmax(x, "n"), [1e4, 1e4, -1e4, -1e4]);
    expect(y![0]).toBeCloseTo(0.5, 12);
    expect(y!.slice(2)).toEqual([0, 0]);
  });
});

describe("einsum", () => {
  const [a, b, c] = [dimension("a", 100), dimension("b", 2), dimension("c", 100)];

  it("multiplies the pair first whose product is smallest", () => {
    const operands = [placeholder([a, b]), placeholder([a, c]), placeholder([c])] as const;
    const outer = einsum(operands, ["b"])["~node"];
    expect(outer.kind).toBe("einsum");
    const inner = outer.operands.find((x) => x["~node"].kind === "einsum")!;
    expect(inner.names).toEqual(["a"]);
  });

  it("gives its dims in the order they are named", () => {
    const [x, y] = [placeholder([a, b]), placeholder([b, c])];
    expect(einsum(x, y, "c", "a").names).toEqual(["c", "a"]);
    expect(einsum([x], ["b", "a"]).names).toEqual(["b", "a"]);
  });
});

describe("cross-entropy split over its dim", () => {
  it("reduces three tensors, and its gradient none", () => {
    const logits = placeholder([row, column]);
    const labels = placeholder([row], "int32");
    const { loss } = crossEntropyWithLogsumexp(logits, labels, "column");
    const forward = rules.crossEntropy.expand!(loss["~node"] as never);
    // What reads the logits: each gives a number a row.
    const readers = nodesOf({ inputs: [logits, labels] as never, outputs: forward }).filter((x) =>
      x.operands.includes(logits as never),
    );
    expect(readers.map((x) => x.kind).sort()).toEqual(["gather", "reduce", "sumExp"]);
    for (const { results } of readers) expect(results[0]!.dims).toEqual([row]);

    const fn = (x: typeof logits, label: typeof labels) =>
      sum(crossEntropyWithLogsumexp(x, label, "column").loss);
    const { graph } = trace(grad(fn), [logits, labels]);
    const backward = nodesOf(graph).find((x) => x.kind === "crossEntropyGrad")!;
    const primitives = rules.crossEntropyGrad.expand!(backward as never);
    const own = nodesOf({ inputs: backward.operands, outputs: primitives });
    expect(own.filter((x) => x.kind === "reduce")).toEqual([]);
  });
});

describe("random numbers", () => {
  const many = dimension("many", 4000);
  const drawn = (fn: () => unknown) =>
    compute((() => [fn()].flat()) as never, [], []).map((x) => [...x]) as number[][];

  it("depend on key and name and nothing else", () => {
    const [one, same, other, seed] = drawn(() => [
      normal(fold(key(1), "w"), [n]),
      normal(fold(key(1), "w"), [n]),
      normal(fold(key(1), "v"), [n]),
      normal(fold(key(2 ** 40 + 1), "w"), [n]),
    ]);
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
    expect(seed).not.toEqual(one);
  });

  it("have the mean and spread asked for", () => {
    const [normals, evens] = drawn(() => [
      normal(key(7), [many], { mean: 3, std: 2 }),
      uniform(key(7), [many], { min: -1, max: 3 }),
    ]);
    const average = (xs: number[]) => xs.reduce((s, x) => s + x, 0) / xs.length;
    const spread = (xs: number[]) => Math.sqrt(average(xs.map((x) => (x - average(xs)) ** 2)));
    // Five standard errors of 4000 draws.
    expect(Math.abs(average(normals!) - 3)).toBeLessThan((5 * 2) / Math.sqrt(4000));
    expect(Math.abs(spread(normals!) - 2)).toBeLessThan((5 * 2) / Math.sqrt(8000));
    expect(Math.abs(average(evens!) - 1)).toBeLessThan((5 * 4) / Math.sqrt(12 * 4000));
    expect(Math.min(...evens!)).toBeGreaterThanOrEqual(-1);
    expect(Math.max(...evens!)).toBeLessThan(3);
  });

  it("leave out elements at the given rate, and keep the mean", () => {
    const [kept] = drawn(() => dropout(key(3), normal(key(1), [many], { mean: 1, std: 0 }), 0.25));
    const left = kept!.filter((x) => x !== 0);
    expect(left.every((x) => Math.abs(x - 4 / 3) < 1e-12)).toBe(true);
    expect(Math.abs(left.length / 4000 - 0.75)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 4000));
  });
});

describe("mean", () => {
  it("is the sum times 1/n of the whole", () => {
    expect(of((x) => mean(x, "n"), [1, 2, 3, 6])).toEqual([[3]]);
  });
});
