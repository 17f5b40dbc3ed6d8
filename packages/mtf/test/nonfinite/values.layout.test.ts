import {
  argmax,
  cast,
  categorical,
  ceil,
  clip,
  concat,
  cumsum,
  defineDims,
  dimension,
  dynamicSlice,
  einsum,
  equal,
  erf,
  exp,
  isFinite as finite,
  floor,
  gather,
  gelu,
  greaterEqual,
  key,
  layerNorm,
  less,
  log,
  logSoftmax,
  logsumexp,
  max,
  maximum,
  min,
  minimum,
  mod,
  notEqual,
  oneHot,
  placeholder,
  pow,
  relu,
  round,
  scatter,
  scatterAdd,
  sigmoid,
  sign,
  silu,
  softmax,
  softmaxCrossEntropy,
  softplus,
  sort,
  sqrt,
  sum,
  type Tensor,
  tanh,
  topK,
  where,
} from "mtf";
import { describe } from "vitest";
import { everywhere } from "./everywhere.ts";

const { m, n } = defineDims({ m: 2, n: 4 });
const inf = Infinity;
const nan = NaN;
/** The largest float32. */
const most = 2 ** 127 * (2 - 2 ** -23);

type Vector = Tensor<"n">;

/** Functions of vectors of four numbers: what they give for each. */
function vectors(
  what: string,
  fn: (x: Vector) => unknown,
  ...pairs: readonly (readonly [x: readonly number[], gives: readonly number[]])[]
): void {
  pairs.forEach(([x, gives], i) => {
    const which = pairs.length > 1 ? `${what} (${i + 1})` : what;
    everywhere(which, { fn: fn as never, inputs: [[placeholder([n]), x]], gives: [gives] });
  });
}

describe("reductions", () => {
  vectors("max", (x) => max(x), [[1, nan, inf, 2], [nan]], [[-inf, -inf, -inf, -inf], [-inf]]);
  vectors("min", (x) => min(x), [[1, 2, -inf, nan], [nan]], [[inf, inf, inf, inf], [inf]]);
  vectors("sum", (x) => sum(x), [[inf, 1, 1, -inf], [nan]], [[inf, 1, -1, 2], [inf]]);
  vectors("cumsum", (x) => cumsum(x, "n"), [
    [1, inf, -inf, 1],
    [1, inf, nan, nan],
  ]);
  vectors("cumsum of those behind", (x) => cumsum(x, "n", { reverse: true, exclusive: true }), [
    [1, inf, -inf, 1],
    [nan, -inf, 1, 0],
  ]);
});

describe("order: a NaN is the largest, the lowest index first", () => {
  vectors(
    "argmax",
    (x) => argmax(x, "n"),
    [[1, inf, nan, nan], [2]],
    [[nan, inf, 1, nan], [0]],
    [[0, -inf, inf, inf], [2]],
    [[-inf, -inf, -inf, -inf], [0]],
  );
  const best = (x: Vector) => topK(x, "n", dimension("k", 3));
  vectors("the values of topK", (x) => best(x).values, [
    [2, nan, inf, nan],
    [nan, nan, inf],
  ]);
  vectors("the indices of topK", (x) => best(x).indices, [
    [2, nan, inf, nan],
    [1, 3, 2],
  ]);
});

describe("sorting: a NaN is the largest, equals stay in order", () => {
  const x = [nan, inf, -inf, inf];
  const falling = { descending: true };
  vectors("the values of sort", (y) => sort(y, "n").values, [x, [-inf, inf, inf, nan]]);
  vectors("its indices", (y) => sort(y, "n").indices, [x, [2, 1, 3, 0]]);
  vectors("the values, descending", (y) => sort(y, "n", falling).values, [
    x,
    [nan, inf, inf, -inf],
  ]);
  vectors("the indices, descending", (y) => sort(y, "n", falling).indices, [x, [0, 1, 3, 2]]);
  vectors("what is drawn", (y) => categorical(key(1), y, "n"), [[-inf, -inf, 0, -inf], [2]]);
});

describe("softmax and its relatives", () => {
  const nothing = [-inf, -inf, -inf, -inf];
  const all = [nan, nan, nan, nan];
  vectors(
    "softmax",
    (x) => softmax(x, "n"),
    [nothing, all],
    [[inf, 0, -inf, 1], all],
    [[nan, 0, 1, 2], all],
    [
      [-inf, 3, -inf, 3],
      [0, 0.5, 0, 0.5],
    ],
    [
      [1e30, 1e30, -1e30, 0],
      [0.5, 0.5, 0, 0],
    ],
    [
      [most, -most, 0, most],
      [0.5, 0, 0, 0.5],
    ],
    [
      [-1e30, -1e30, -1e30, -1e30],
      [0.25, 0.25, 0.25, 0.25],
    ],
    [
      [100, 100, 0, -100],
      [0.5, 0.5, 0, 0],
    ],
  );
  const half = -Math.log(2);
  vectors(
    "logSoftmax",
    (x) => logSoftmax(x, "n"),
    [nothing, all],
    [[inf, 0, -inf, 1], all],
    [
      [-inf, 3, -inf, 3],
      [-inf, half, -inf, half],
    ],
    [
      [1e30, 1e30, -1e30, 0],
      [half, half, -2e30, -1e30],
    ],
    [
      [1e8, 1e8, 0, 0],
      [half, half, -1e8, -1e8],
    ],
  );
  vectors(
    "logsumexp",
    (x) => logsumexp(x, "n"),
    [nothing, [-inf]],
    [[inf, 0, -inf, inf], [inf]],
    [[inf, 0, nan, 0], [nan]],
    [[-inf, 0, -inf, -inf], [0]],
    [[most, -most, 0, most], [most]],
    [[100, 100, 0, 0], [100 - half]],
  );
  const costs = (label: number, x: readonly number[], gives: number) =>
    everywhere(`cross-entropy of ${x} for ${label}`, {
      fn: ((x: Tensor<"m" | "n">, labels: Tensor<"m", "int32">) =>
        softmaxCrossEntropy(x, labels, "n")) as never,
      inputs: [
        [placeholder([m, n]), [...x, ...x]],
        [placeholder([m], "int32"), [label, 9]],
      ],
      gives: [[gives, 0]],
    });
  costs(0, nothing, nan);
  costs(0, [0, inf, 0, 0], inf);
  costs(1, [0, inf, 0, 0], nan);
  costs(1, [0, -inf, 0, -inf], inf);
  costs(2, [0, -inf, 0, -inf], Math.log(2));
  costs(0, [1e30, 1e30, 0, -1e30], Math.log(2));
  costs(0, [nan, 0, 0, 0], nan);
  for (const x of [
    [inf, 0, 1, 2],
    [0, nan, 1, 2],
  ]) {
    everywhere(`layerNorm of ${x}`, {
      fn: ((x: Vector, gain: Vector) => layerNorm(x, gain, gain, "n")) as never,
      inputs: [
        [placeholder([n]), x],
        [placeholder([n]), [1, 1, 1, 0]],
      ],
      gives: [all],
    });
  }
});

describe("functions of an element", () => {
  const x = [nan, inf, -inf, 2];
  vectors("maximum", (y) => maximum(y, 0), [x, [nan, inf, 0, 2]]);
  vectors("minimum", (y) => minimum(0, y), [x, [nan, 0, -inf, 0]]);
  vectors("relu", relu, [x, [nan, inf, 0, 2]]);
  vectors("clip", (y) => clip(y, -1, 1), [x, [nan, 1, -1, 1]]);
  vectors("sign", sign, [x, [nan, 1, -1, 1]]);
  vectors("less", (y) => less(y, 2), [x, [0, 0, 1, 0]]);
  vectors("greaterEqual", (y) => greaterEqual(y, 2), [x, [0, 1, 0, 1]]);
  vectors("equal", (y) => equal(y, y), [x, [0, 1, 1, 1]]);
  vectors("notEqual", (y) => notEqual(y, y), [x, [1, 0, 0, 0]]);
  vectors("isFinite", finite, [x, [0, 0, 0, 1]]);
  vectors("tanh", tanh, [x, [nan, 1, -1, Math.tanh(2)]]);
  vectors("sigmoid", sigmoid, [x, [nan, 1, 0, 1 / (1 + Math.exp(-2))]]);
  vectors("exp", exp, [
    [nan, inf, -inf, 2],
    [nan, inf, 0, Math.exp(2)],
  ]);
  vectors("log", log, [
    [nan, inf, 0, -1],
    [nan, inf, -inf, nan],
  ]);
  vectors("sqrt", sqrt, [
    [nan, inf, -inf, 4],
    [nan, inf, nan, 2],
  ]);
  // As NumPy and JAX: -infinity times 0.
  vectors("gelu", gelu, [
    [nan, inf, -inf, 0],
    [nan, inf, nan, 0],
  ]);
  vectors("silu", silu, [
    [nan, inf, -inf, 0],
    [nan, inf, nan, 0],
  ]);
  vectors("softplus", softplus, [x, [nan, inf, 0, Math.log1p(Math.exp(2))]]);
  vectors("erf", erf, [
    [nan, inf, -inf, 0.5],
    [nan, 1, -1, 0.5204998778130465],
  ]);
  for (const [what, whole] of Object.entries({ floor, ceil, round })) {
    vectors(what, whole, [x, [nan, inf, -inf, 2]]);
  }
  vectors("mod", (y) => mod(-5, y), [
    [nan, inf, -inf, 3],
    [nan, inf, -5, 1],
  ]);
  vectors("pow", (y) => pow(y, 0), [x, [1, 1, 1, 1]]);
  vectors("pow of 1", (y) => pow(1, y), [x, [1, 1, 1, 1]]);
  vectors("pow of 0", (y) => pow(0, y), [
    [0, 1, -1, nan],
    [1, 0, inf, nan],
  ]);
  const held = [0, 2 ** 31 - 1, -(2 ** 31), 2];
  vectors("a cast to int32", (y) => cast(y, "int32"), [[nan, inf, -inf, 2.75], held]);
  vectors("a cast to bool", (y) => cast(y, "bool"), [
    [nan, inf, 0, 2.75],
    [1, 1, 0, 1],
  ]);
});

describe("what is not taken leaves no trace", () => {
  const ids = [placeholder([m], "int32"), [1, 7]] as const;
  everywhere("gather", {
    fn: ((x: Vector, at: Tensor<"m", "int32">) => gather(x, at, "n")) as never,
    inputs: [[placeholder([n]), [nan, 2, inf, nan]], ids],
    gives: [[2, 0]],
  });
  everywhere("scatterAdd", {
    fn: ((x: Tensor<"m">, at: Tensor<"m", "int32">) => scatterAdd(x, at, n)) as never,
    inputs: [[placeholder([m]), [inf, nan]], ids],
    gives: [[0, inf, 0, 0]],
  });
  everywhere("scatter", {
    fn: ((x: Vector, y: Tensor<"m">, at: Tensor<"m", "int32">) =>
      scatter(x, y, { n: at })) as never,
    inputs: [[placeholder([n]), [nan, nan, inf, 1]], [placeholder([m]), [2, nan]], ids],
    gives: [[nan, 2, inf, 1]],
  });
  everywhere("dynamicSlice", {
    fn: ((x: Vector, at: Tensor<never, "int32">) => dynamicSlice(x, "n", at, 2)) as never,
    inputs: [
      [placeholder([n]), [nan, 2, -inf, nan]],
      [placeholder([], "int32"), [1]],
    ],
    gives: [[2, -inf]],
  });
  everywhere("where", {
    fn: ((x: Vector, at: Tensor<"m", "int32">) =>
      sum(where(oneHot(at, n, "bool"), x, 0), "n")) as never,
    inputs: [[placeholder([n]), [nan, 2, inf, nan]], ids],
    gives: [[2, 0]],
  });
  // 0 times infinity is NaN: a product with zeros takes everything.
  everywhere("but a product does", {
    fn: ((x: Vector, at: Tensor<"m", "int32">) => einsum(oneHot(at, n), x, "m")) as never,
    inputs: [[placeholder([n]), [1, 2, inf, 1]], ids],
    gives: [[nan, nan]],
  });
  everywhere("concat", {
    fn: ((x: Vector) => concat([x, x], "n")) as never,
    inputs: [[placeholder([n]), [nan, 2, inf, -inf]]],
    gives: [[nan, 2, inf, -inf, nan, 2, inf, -inf]],
  });
});
