import { describe, expect, it } from "vitest";
import {
  type Dimension,
  defineLayout,
  defineMesh,
  dimension,
  grad,
  momentum,
  momentumState,
  parseRules,
  placeholder,
} from "../../src/index.ts";
import { lower } from "../../src/partition/lower.ts";
import type { Sharded } from "../../src/runtime/devices.ts";
import { readFloat64 } from "../../src/runtime/sharded.ts";
import { simulator } from "../../src/simulator.ts";
import { softmax } from "./builders/reduce.ts";
import { m, nn, type T } from "./tensors.ts";

// What Mesh-TensorFlow gives for these is wrong or differs from run to run, and what is right is a
// rule rather than numbers that were recorded.

const layouts = ["", "a:r", "a:c,b:r", "a:r+c", "b:c"];
const mesh = defineMesh("r:2,c:2");
const dims = { a: dimension("a", 4), b: dimension("b", 4) };
const { a, b } = dims;

/** The results of a function under a layout. */
async function under(
  rules: string,
  fn: (...xs: readonly T[]) => readonly T[],
  inputs: readonly (readonly [readonly Dimension[], readonly number[]])[],
): Promise<number[][]> {
  const layout = defineLayout<string, string>({ dims, mesh, rules: parseRules(rules) });
  const placeholders = inputs.map(([of]) => placeholder(of));
  const devices = await simulator(mesh);
  try {
    const run = await devices.load(lower(fn, { layout, inputs: placeholders as T[] }));
    const given = inputs.map(([, data]) => Float64Array.from(data));
    const results = (await run(...given)) as readonly unknown[] as readonly Sharded[];
    return await Promise.all(results.map(async (x) => [...(await readFloat64(x))]));
  } finally {
    await devices.close();
  }
}

const gradients = (fn: (xs: readonly T[]) => T, xs: readonly T[]): readonly T[] =>
  grad(fn as never)(xs as never) as readonly T[];

describe.each(layouts)("right answers under layout '%s'", (rules) => {
  it("ties of maximum: the whole gradient to the first argument, 1 in sum", async () => {
    const fn = (...xs: readonly T[]) => gradients(([x, y]) => m.sum(m.maximum(x, y)), xs);
    const same = [[a], [1, 2, 1, 2]] as const;
    const found = await under(rules, fn, [same, same]);
    expect(found).toEqual([
      [1, 1, 1, 1],
      [0, 0, 0, 0],
    ]);
  });

  it("ties of a maximum over a dim: the first of equals, in the whole dim", async () => {
    const fn = (...xs: readonly T[]) => gradients(([x]) => m.max(x, "a"), xs);
    expect(await under(rules, fn, [[[a], [3, 1, 3, 2]]])).toEqual([[1, 0, 0, 0]]);
  });

  it("ties of a pool's largest: the whole gradient to the first of equals, 1 in sum", async () => {
    const fn = (...xs: readonly T[]) => gradients(([x]) => m.sum(m.pool(x, "max", { a: 2 })), xs);
    expect(await under(rules, fn, [[[a], [1, 1, 0, 2]]])).toEqual([[1, 0, 0, 1]]);
  });

  it("a transposed convolution by blocks is one of the whole, whose layout is the blocks", async () => {
    const along = { a: "p", b: "q" };
    const fn = (x: T) => {
      const taps = [dimension("p", 4), dimension("q", 4)];
      return [m.convolutionTransposed(x, m.ones(taps), along, { strides: { a: 2, b: 2 } })];
    };
    const [found] = await under(rules, fn, [[[a, b], Array(16).fill(1)]]);
    // How many of the four elements, two apart, reach a place with four taps, one before the first.
    const reached = Array.from(
      { length: 8 },
      (_, i) => [0, 2, 4, 6].filter((at) => i + 1 - at >= 0 && i + 1 - at < 4).length,
    );
    expect(found).toEqual(reached.flatMap((n) => reached.map((k) => n * k)));
  });

  it("output channels of a transposed convolution may be split", async () => {
    const along = { a: "p" };
    const fn = (x: T, w: T) => [m.convolutionTransposed(x, w, along, { strides: { a: 2 } })];
    const [x, w] = [
      [1, -2, 3, 0.5],
      [1, 2, 3, 4, -1, -2, -3, -4],
    ] as const;
    const [found] = await under(rules, fn, [
      [[a], x],
      [[dimension("p", 2), b], w],
    ]);
    // Two taps, two apart: each element is written beside itself, once for each channel.
    const wanted = [0, 1, 2, 3].flatMap((o) => x.flatMap((y) => [y * w[o]!, y * w[4 + o]!]));
    expect(found).toEqual(wanted);
  });

  const gates = [1.79, 0.44, 0.1, -1.86, -0.28, -0.35, -0.08, -0.63];
  const logits = [...gates, -0.04, -0.48, -1.31, 0.88, 0.88, 1.71, 0.05, -0.4];
  const [tokens, experts] = [a, b];

  it("topNRouter counts second places by the second choices", async () => {
    const fn = (x: T) =>
      [{}, { balanceSecond: true }].map(
        (options) => nn.topNRouter(2, options)({ logits: x, tokens, experts }).balance,
      );
    const [[first], [both]] = (await under(rules, fn, [[[a, b], logits]])) as [[number], [number]];
    const rows = [0, 4, 8, 12].map((begin) => {
      const row = logits.slice(begin, begin + 4).map(Math.exp);
      const total = row.reduce((n, x) => n + x);
      return row.map((x) => x / total);
    });
    const best = rows.map((row) => row.indexOf(Math.max(...row)));
    const rest = rows.map((row, i) => row.map((x, e) => (e === best[i] ? 0 : x)));
    const second = rest.map((row) => row.indexOf(Math.max(...row)));
    // Four experts: E² over E terms, each the part that chose one times its mean gate.
    const uneven = (choice: number[], of: number[][]) =>
      [0, 1, 2, 3].reduce((n, e) => {
        const part = choice.filter((c) => c === e).length / 4;
        return n + 4 * part * (of.reduce((sum, row) => sum + row[e]!, 0) / 4);
      }, 0);
    const left = rest.map((row) => {
      const total = row.reduce((n, x) => n + x);
      return row.map((x) => x / total);
    });
    expect(first).toBeCloseTo(uneven(best, rows), 12);
    expect(both - first).toBeCloseTo(0.5 * uneven(second, left), 8);
  });

  it("no importance is an importance of 1: expert choice and the router's z-loss", async () => {
    const places = dimension("place", 2);
    const fn = (x: T) =>
      [undefined, m.ones([a])].flatMap((importance) => {
        const gating = { logits: x, tokens, experts, places, importance };
        const { weighted, balance, routerZ } = nn.dispatch(nn.expertChoiceRouter(), gating);
        return [weighted, balance, routerZ];
      });
    const found = await under(rules, fn, [[[a, b], logits]]);
    found.slice(0, 3).forEach((numbers, i) => {
      numbers.forEach((x, k) => {
        expect(x).toBeCloseTo(found[3 + i]![k]!, 12);
      });
    });
    const squares = [0, 4, 8, 12].map((begin) => {
      const row = logits.slice(begin, begin + 4);
      return Math.log(row.reduce((n, x) => n + Math.exp(x), 0)) ** 2;
    });
    expect(found[2]![0]).toBeCloseTo(squares.reduce((n, x) => n + x) / 4, 12);
  });

  it("momentum: the new velocity, on every device", async () => {
    const slopes = [
      [1, 0, -1, 2],
      [0.5, 0.5, 0, -1],
      [0, 1, 1, 1],
      [-1, 0, 2, 0],
      [1, 1, 1, 1],
    ];
    const fn = (start: T, ...all: readonly T[]) => {
      let state = momentumState<T>({ w: start });
      return all.map((g) => {
        state = momentum(state, { w: g }, { rate: 0.1, momentum: 0.9 });
        return state.params.w;
      });
    };
    const start = [1, -2, 0.5, 3];
    const found = await under(
      rules,
      fn,
      [start, ...slopes].map((data) => [[a], data] as const),
    );
    const velocity = [0, 0, 0, 0];
    slopes.forEach((slope, step) => {
      slope.forEach((g, i) => {
        velocity[i] = 0.9 * velocity[i]! + g;
        start[i]! -= 0.1 * velocity[i]!;
        expect(found[step]![i]).toBeCloseTo(start[i]!, 12);
      });
    });
  });

  it("one more class of a softmax has a gradient", async () => {
    const x = [1.79, 0.44, 0.1, -1.86, -0.28, -0.35, -0.08, -0.63];
    const rows = [...x, -0.04, -0.48, -1.31, 0.88, 0.88, 1.71, 0.05, -0.4];
    const fn = (y: T, extra: T) => gradients(([e]) => m.sum(softmax(y, "b", e)), [extra]);
    const [[found]] = (await under(rules, fn, [
      [[a, b], rows],
      [[], [0.5]],
    ])) as [[number]];
    // A row sums to s = S / (S + e^extra), whose slope is -s (1 - s).
    const slopes = [0, 4, 8, 12].map((begin) => {
      const sum = rows.slice(begin, begin + 4).reduce((n, v) => n + Math.exp(v), 0);
      const s = sum / (sum + Math.exp(0.5));
      return -s * (1 - s);
    });
    expect(found).toBeCloseTo(
      slopes.reduce((p, q) => p + q),
      12,
    );
  });
});

it("a name that is there with two sizes is refused when the tensor is made", () => {
  expect(() => placeholder([dimension("a", 2), dimension("a", 4)])).toThrow(/'a'/);
});
