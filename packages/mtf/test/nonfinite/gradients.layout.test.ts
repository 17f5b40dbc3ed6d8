import {
  clip,
  crossEntropyWithLogsumexp,
  defineDims,
  dimension,
  grad,
  logSoftmax,
  logsumexp,
  max,
  maximum,
  min,
  mul,
  placeholder,
  pow,
  relu,
  type Scalar,
  slice,
  softmax,
  softmaxCrossEntropy,
  sort,
  sum,
  type Tensor,
  tanh,
  topK,
} from "mtf";
import { describe } from "vitest";
import { everywhere } from "./everywhere.ts";

const { n } = defineDims({ n: 4 });
const inf = Infinity;
const nan = NaN;
const weights = [1, 2, 4, 8];

type Vector = Tensor<"n">;

/** Gradients of the sum of what a function gives, each element times a weight. */
function vectors(
  what: string,
  fn: (x: Vector) => Vector,
  ...pairs: readonly (readonly [x: readonly number[], slope: readonly number[]])[]
): void {
  pairs.forEach(([x, slope], i) => {
    everywhere(pairs.length > 1 ? `${what} (${i + 1})` : what, {
      fn: ((x: Vector, w: Vector) => grad((y: Vector) => sum(mul(fn(y), w)))(x)) as never,
      inputs: [
        [placeholder([n]), x],
        [placeholder([n]), weights],
      ],
      gives: [slope],
    });
  });
}

/** Gradients of a function with one result. */
function scalars(
  what: string,
  fn: (x: Vector) => Scalar,
  ...pairs: readonly (readonly [x: readonly number[], slope: readonly number[]])[]
): void {
  pairs.forEach(([x, slope], i) => {
    everywhere(pairs.length > 1 ? `${what} (${i + 1})` : what, {
      fn: grad(fn) as never,
      inputs: [[placeholder([n]), x]],
      gives: [slope],
    });
  });
}

const nothing = [-inf, -inf, -inf, -inf];
const all = [nan, nan, nan, nan];

describe("gradients of softmax and its relatives", () => {
  // y (w - sum(y w)) for y = 1/2, 1/2.
  vectors(
    "softmax",
    (x) => softmax(x, "n"),
    [
      [1e30, -1e30, 1e30, 0],
      [-0.75, 0, 0.75, 0],
    ],
    [
      [-inf, 3, -inf, 3],
      [0, -1.5, 0, 1.5],
    ],
    [nothing, all],
    [[0, inf, 0, 0], all],
  );
  // w - y sum(w)
  vectors(
    "logSoftmax",
    (x) => logSoftmax(x, "n"),
    [
      [1e30, -1e30, 1e30, 0],
      [-6.5, 2, -3.5, 8],
    ],
    [nothing, all],
  );
  scalars(
    "logsumexp",
    (x) => logsumexp(x, "n"),
    [
      [1e30, 1e30, 0, -1e30],
      [0.5, 0.5, 0, 0],
    ],
    [
      [-inf, 3, -inf, 3],
      [0, 0.5, 0, 0.5],
    ],
    [nothing, all],
  );
  const cost = (fn: (x: Vector, label: Tensor<never, "int32">) => Scalar) => (label: number) =>
    ((what: string, x: readonly number[], slope: readonly number[]) =>
      everywhere(`${what} of ${x} for ${label}`, {
        fn: ((x: Vector, of: Tensor<never, "int32">) => grad((y: Vector) => fn(y, of))(x)) as never,
        inputs: [
          [placeholder([n]), x],
          [placeholder([], "int32"), [label]],
        ],
        gives: [slope],
      })) as never as (what: string, x: readonly number[], slope: readonly number[]) => void;
  const loss = cost((x, label) => softmaxCrossEntropy(x, label, "n"));
  loss(0)("cross-entropy", [1e30, 1e30, 0, -1e30], [-0.5, 0.5, 0, 0]);
  loss(1)("cross-entropy", [-inf, 3, -inf, 3], [0, -0.5, 0, 0.5]);
  loss(0)("cross-entropy", [2e4, 2e4, 0, 0], [-0.5, 0.5, 0, 0]);
  loss(0)("cross-entropy", nothing, all);
  const squared = cost((x, label) => {
    const parts = crossEntropyWithLogsumexp(x, label, "n");
    return mul(parts.logsumexp, parts.logsumexp);
  });
  // 2 logsumexp softmax
  squared(0)("the squared logsumexp", [2048, 2048, 0, -1e30], [2048.6931, 2048.6931, 0, 0]);
});

describe("gradients where a function has a corner, or no slope", () => {
  vectors("pow(x, 0)", (x) => pow(x, 0), [
    [0, 1, -1, inf],
    [0, 0, 0, 0],
  ]);
  vectors("pow(x, 1)", (x) => pow(x, 1), [[0, 1, -1, inf], weights]);
  vectors("pow(x, 2)", (x) => pow(x, 2), [
    [0, 1, -1, 3],
    [0, 4, -8, 48],
  ]);
  const power: (index: 0 | 1) => (x: Vector, y: Vector) => Vector = (index) => (x, y) =>
    grad((xs: readonly [Vector, Vector]) => sum(pow(xs[0], xs[1])))([x, y])[index];
  for (const [index, slope] of [
    [0, [0, 1, 0, 0]],
    [1, [0, 0, 0, 9 * Math.log(3)]],
  ] as const) {
    everywhere(`pow by its ${index === 0 ? "base" : "exponent"}`, {
      fn: power(index) as never,
      inputs: [
        [placeholder([n]), [0, 0, 0, 3]],
        [placeholder([n]), [0, 1, 2, 2]],
      ],
      gives: [index === 0 ? [...slope.slice(0, 3), 6] : slope],
    });
  }
  vectors("tanh", tanh, [
    [inf, -inf, nan, 0],
    [0, 0, nan, 8],
  ]);
  vectors("relu", relu, [
    [inf, -inf, 0, 1],
    [1, 0, 0, 8],
  ]);
  vectors("clip", (x) => clip(x, -1, 1), [
    [inf, -inf, 0, 1],
    [0, 0, 4, 8],
  ]);
  vectors("maximum", (x) => maximum(x, 0), [
    [inf, -inf, 0, 1],
    [1, 0, 4, 8],
  ]);
  scalars(
    "max: to the first of NaNs, or of the largest",
    (x) => max(x),
    [
      [1, nan, inf, nan],
      [0, 1, 0, 0],
    ],
    [
      [1, inf, inf, 0],
      [0, 1, 0, 0],
    ],
    [nothing, [1, 0, 0, 0]],
  );
  scalars("min", (x) => min(x), [
    [1, nan, -inf, nan],
    [0, 1, 0, 0],
  ]);
  scalars("sort", (x) => sum(slice(pow(sort(x, "n").values, 2), "n", 1)), [
    [1, inf, 3, 2],
    [0, inf, 6, 4],
  ]);
  scalars(
    "topK",
    (x) => sum(pow(topK(x, "n", dimension("k", 2)).values, 2)),
    [
      [1, inf, 3, 2],
      [0, inf, 6, 0],
    ],
    [
      [1, nan, 3, 2],
      [0, nan, 6, 0],
    ],
  );
});
