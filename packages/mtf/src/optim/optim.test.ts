import { describe, expect, it } from "vitest";
import { compute, numbers } from "../../test/numeric.ts";
import { nodesOf } from "../graph/graph.ts";
import type { AnyTensor, Scalar, Tensor } from "../graph/tensor.ts";
import {
  type AdamOptions,
  adam,
  adamState,
  adamw,
  clipByGlobalNorm,
  constant,
  defineDims,
  fill,
  isFinite as finite,
  globalNorm,
  greater,
  inverseSquareRoot,
  isTensor,
  leavesOf,
  momentum,
  momentumState,
  noam,
  placeholder,
  productRate,
  schedule,
  sgd,
  slantedTriangular,
  trace,
  warmupStableDecay,
} from "../index.ts";
import { cosineDecay, linearDecay, linearWarmup } from "./schedule.ts";

const { a, b } = defineDims({ a: 2, b: 3 });
const params = { w: placeholder([a, b]), bias: placeholder([b]) };
type Params = typeof params;

const data = [numbers(6, 1), numbers(3, 2), numbers(6, 3), numbers(3, 4)];

/** What a function of parameters and gradient gives, leaf by leaf. */
function leaves(fn: (p: Params, g: Params) => unknown, numbers = data): number[][] {
  const inputs = [params.w, params.bias, params.w, params.bias] as unknown as AnyTensor[];
  const listed = (...xs: AnyTensor[]) => {
    const [w, bias, dw, dbias] = xs as unknown as [
      Params["w"],
      Params["bias"],
      Params["w"],
      Params["bias"],
    ];
    return leavesOf(fn({ w, bias }, { w: dw, bias: dbias }), isTensor).map(([, x]) => x);
  };
  return compute(listed, inputs, numbers).map((x) => [...x]);
}

function close(found: readonly number[], wanted: Iterable<number>, digits = 13): void {
  [...wanted].forEach((x, i) => {
    expect(found[i]).toBeCloseTo(x, digits);
  });
}

describe("sgd and momentum", () => {
  it("step against the gradient", () => {
    const [w] = leaves((p, g) => sgd(p, g, { rate: 0.1 }));
    close(
      w!,
      data[0]!.map((x, i) => x - 0.1 * data[2]![i]!),
    );
  });

  it("gather speed", () => {
    const twice = (p: Params, g: Params) => {
      const options = { rate: 0.1, momentum: 0.5 };
      return momentum(momentum(momentumState(p), g, options), g, options).params;
    };
    const [w] = leaves(twice);
    close(
      w!,
      data[0]!.map((x, i) => x - 0.1 * (1 + 1.5) * data[2]![i]!),
    );
  });
});

describe("adam", () => {
  const steps = (count: number, options: AdamOptions) => (p: Params, g: Params) => {
    let state = adamState(p);
    for (let i = 0; i < count; i++) state = adamw(state, g, options);
    return state;
  };

  /** The textbook's formulas. */
  function byHand(p: number, g: number, count: number, decay: number): number {
    let [m, v] = [0, 0];
    for (let t = 1; t <= count; t++) {
      m = 0.8 * m + 0.2 * g;
      v = 0.95 * v + 0.05 * g * g;
      const step = m / (1 - 0.8 ** t) / (Math.sqrt(v / (1 - 0.95 ** t)) + 1e-6);
      p -= 0.01 * (step + decay * p);
    }
    return p;
  }
  const options = { rate: 0.01, beta1: 0.8, beta2: 0.95, epsilon: 1e-6, decay: 0.1 };

  it("is the textbook's, decayed where asked", () => {
    const decays = (path: string, p: AnyTensor) => path !== "bias" && p.names.length > 1;
    const [w, bias] = leaves(steps(3, { ...options, decays }));
    close(
      w!,
      data[0]!.map((p, i) => byHand(p, data[2]![i]!, 3, 0.1)),
    );
    close(
      bias!,
      data[1]!.map((p, i) => byHand(p, data[3]![i]!, 3, 0)),
    );
  });

  it("multiplies the rate of a parameter by what is asked for it", () => {
    const rates = (path: string) => (path === "bias" ? 0.5 : 1);
    const [w, bias] = leaves(steps(1, { ...options, decay: 0, rates }));
    const [plain, whole] = leaves(steps(1, { ...options, decay: 0 }));
    expect(w).toEqual(plain);
    close(
      bias!,
      data[1]!.map((p, i) => p + (whole![i]! - p) / 2),
    );
  });

  it("takes its rate from a schedule of the steps taken", () => {
    const rate = schedule({ rate: 0.01, warmup: 2 });
    const [slow] = leaves((p, g) => adam(adamState(p), g, { rate }));
    close(slow!, data[0]!);
  });

  it("changes nothing where its gate is closed, not even the step", () => {
    const broken = [...data.slice(0, 2), data[2]!.map(() => Number.NaN), data[3]!];
    const fn = (p: Params, g: Params) =>
      adam(adamState(p), g, { ...options, gate: finite(globalNorm(g)) });
    const [w, bias, ...rest] = leaves(fn, broken);
    expect([w, bias]).toEqual([[...data[0]!], [...data[1]!]]);
    expect(rest.flat().every((x) => x === 0)).toBe(true);
    expect(leaves(fn).at(-1)).toEqual([1]);
  });

  it("keeps the gate in sgd and momentum too", () => {
    const gate = greater(fill([], 0), 1);
    const [w] = leaves((p, g) => sgd(p, g, { rate: 1, gate }));
    expect(w).toEqual([...data[0]!]);
    const [v] = leaves((p, g) => momentum(momentumState(p), g, { rate: 1, gate }));
    expect(v).toEqual([...data[0]!]);
  });

  it("is one node for each parameter, in the pass called update", () => {
    const { graph } = trace(steps(1, options), [params, params] as never);
    const adams = nodesOf(graph).filter((n) => n.kind === "adam");
    expect(adams.map((n) => n.pass)).toEqual(["update", "update"]);
    expect(adams[0]!.line).toMatch(/^optim\.test\.ts:\d+$/);
  });
});

describe("globalNorm", () => {
  const length = Math.hypot(...data[0]!, ...data[1]!);

  it("is the length of the whole tree, added up by one node", () => {
    const [norm] = leaves((p) => globalNorm(p));
    expect(norm![0]).toBeCloseTo(length, 14);
    const { graph } = trace(globalNorm, [params]);
    const adds = nodesOf(graph).filter(
      (n) => n.kind === "elementwise" && n.attributes.fn === "add",
    );
    expect(adds.map((n) => n.operands.length)).toEqual([2]);
  });

  it("limits a tree that is longer, and leaves a shorter one alone", () => {
    const [w, , norm] = leaves((p) => clipByGlobalNorm(p, 0.5));
    expect(norm![0]).toBeCloseTo(length, 14);
    close(
      w!,
      data[0]!.map((x) => (x * 0.5) / length),
    );
    const [same] = leaves((p) => clipByGlobalNorm(p, 100));
    expect(same).toEqual([...data[0]!]);
  });
});

describe("schedules", () => {
  const rate = schedule({ rate: 6e-4, warmup: 3000, decay: "cosine", end: 300_000, floor: 0.1 });
  const linear = schedule({ rate: 6e-4, warmup: 3000, decay: "linear", end: 300_000, floor: 0.1 });

  it("are GPT-Neo's", () => {
    const steps = [0, 1, 1500, 2999, 3000, 150000, 300000, 400000];
    const wanted = [0, 2e-7, 2.999833454e-4, 5.996669045e-4, 5.998667713e-4, 3.3e-4, 6e-5, 6e-5];
    close(
      steps.map((s) => rate(s)),
      wanted,
      12,
    );
    close(
      [1500, 3000, 150000].map((s) => linear(s)),
      [2.9865e-4, 5.946e-4, 3.3e-4],
      12,
    );
  });

  it("are one formula for numbers and tensors", () => {
    const parts = [
      rate,
      linear,
      linearWarmup(7),
      linearDecay({ begin: 2, end: 9 }),
      cosineDecay({ end: 5 }),
    ];
    for (const part of [...parts, schedule({ rate: 0.1 })]) {
      for (const step of [0, 3, 7, 1000, 200_000]) {
        const traced = compute(
          ((s: Scalar<"int32">) => [part(s)]) as never,
          [placeholder([], "int32") as never],
          [[step]],
        );
        expect(traced[0]![0]).toBeCloseTo(part(step), 15);
      }
    }
  });

  it("can begin to decay after the warm-up, as NeoX does", () => {
    const neox = schedule({
      rate: 6e-4,
      warmup: 1430,
      decay: "cosine",
      begin: 1430,
      end: 143_000,
      floor: 0.1,
    });
    close(
      [715, 1430, 71500, 143000].map((s) => neox(s)),
      [3e-4, 6e-4, 3.342838102e-4, 6e-5],
      12,
    );
  });
});

describe("trees that differ", () => {
  it("are refused by path", () => {
    const half = { w: constant([1, 2, 3, 4, 5, 6], [a, b]) } as unknown as Params;
    const vector: Tensor<"b"> = params.bias;
    const told = [
      () => sgd(params, half, { rate: 1 }),
      () => adam(adamState({ bias: vector }), { other: vector } as never, { rate: 1 }),
    ].map((fn) => {
      try {
        return fn();
      } catch (error) {
        return (error as Error).message.split("\n")[0];
      }
    });
    expect(told).toMatchInlineSnapshot(`
      [
        "[wrong-input] sgd: the trees differ: where one has 'bias', another has nothing.",
        "[wrong-input] adam: the trees differ: where one has 'bias', another has 'other'.",
      ]
    `);
  });
});

describe("more schedules", () => {
  it("noam rises to its warm-up's end and falls with the root, as the paper's formula says", () => {
    const rate = noam({ width: 512, warmup: 4000 });
    const paper = (step: number) => 512 ** -0.5 * Math.min(step ** -0.5, step * 4000 ** -1.5);
    for (const taken of [0, 1, 1999, 3999, 4000, 100_000]) {
      expect(rate(taken)).toBeCloseTo(paper(taken + 1), 15);
    }
  });

  it("warmupStableDecay rises, stays and falls", () => {
    const rate = warmupStableDecay({ rate: 0.1, warmup: 10, decay: 20, end: 100, floor: 0.5 });
    const at = [0, 5, 10, 50, 80, 90, 100, 200].map((step) => rate(step));
    close(at, [0, 0.05, 0.1, 0.1, 0.1, 0.075, 0.05, 0.05]);
  });

  it("are one formula for numbers and tensors too", () => {
    const parts = [
      noam({ width: 64 }),
      inverseSquareRoot({ warmup: 3 }),
      slantedTriangular({ rate: 0.1, end: 50 }),
      warmupStableDecay({ rate: 0.1, warmup: 5, decay: 5, end: 20 }),
      productRate(2, linearWarmup(4), inverseSquareRoot()),
    ];
    for (const part of parts) {
      for (const step of [0, 3, 7, 1000]) {
        const fn = ((s: Scalar<"int32">) => [part(s)]) as never;
        const [traced] = compute(fn, [placeholder([], "int32") as never], [[step]]);
        expect(traced![0]).toBeCloseTo(part(step), 15);
      }
    }
  });

  it("a product of nothing is refused", () => {
    expect(() => productRate()).toThrow("productRate: 'factors[0]'");
  });
});
