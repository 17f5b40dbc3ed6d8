import { dimension } from "../src/dimension.ts";
import type { ElementwiseFn, Kind } from "../src/graph/kinds.ts";
import { makeTensor } from "../src/graph/node.ts";
import type { AnyTensor } from "../src/graph/tensor.ts";
import * as mtf from "../src/index.ts";
import { flashAttention } from "../src/nn/flashAttention.ts";
import { maskedAttention } from "../src/nn/maskedAttention.ts";
import { pagedAttention } from "../src/nn/pagedAttention.ts";
import { adamUpdate } from "../src/ops/adam/adam.ts";
import { apply } from "../src/ops/elementwise/apply.ts";
import { drawn } from "../src/ops/random/random.ts";
import { sumExpOf } from "../src/ops/softmax/rule.ts";
import { placeholder } from "../src/trace.ts";
import { type Fn, gradientOf, numbers } from "./numeric.ts";

/** A use of an op on small tensors, with numbers away from kinks and ties. */
export interface Sample {
  readonly name: string;
  readonly fn: Fn;
  readonly inputs: readonly AnyTensor[];
  readonly data: readonly ArrayLike<number>[];
}

const a = dimension("a", 3);
const b = dimension("b", 4);
const c = dimension("c", 2);
const d = dimension("d", 12);
const k = dimension("k", 2);

type Of = readonly mtf.Dimension[];

// Samples are written without types: they are about numbers.
// biome-ignore lint/suspicious/noExplicitAny: see above
const m: any = mtf;

let seed = 1;
function sample(name: string, fn: (...xs: AnyTensor[]) => unknown, ...dims: readonly Of[]): Sample {
  return {
    name,
    fn: (...xs) => [fn(...xs)].flat() as AnyTensor[],
    inputs: dims.map((of) => placeholder(of) as AnyTensor),
    data: dims.map((of) => numbers(size(of), seed++)),
  };
}

function size(dims: Of): number {
  return dims.reduce((product, dim) => product * dim.size, 1);
}

/** The sample with more operands of given numbers, in front where `fn` wants them. */
function withInput(
  base: Sample,
  at: number,
  dims: Of,
  dtype: mtf.DType,
  data: readonly number[],
): Sample {
  const put = <T>(list: readonly T[], item: T) => [...list.slice(0, at), item, ...list.slice(at)];
  return {
    ...base,
    inputs: put(base.inputs, placeholder(dims, dtype) as AnyTensor),
    data: put(base.data, dtype === "float32" ? Float64Array.from(data) : Int32Array.from(data)),
  };
}

/** The sample with every float changed. */
function moved(base: Sample, change: (x: number) => number): Sample {
  return { ...base, data: base.data.map((x) => Float64Array.from(x, change)) };
}

const positive = (base: Sample) => moved(base, (x) => Math.abs(x) + 0.2);

const unary = (fn: ElementwiseFn) => sample(fn, (x) => apply(fn, x), [a, b]);
const binary = (fn: ElementwiseFn) => sample(fn, (x, y) => apply(fn, x, y), [a, b], [b]);

/** Functions of elements. */
export const elementwiseSamples: Readonly<Record<ElementwiseFn, readonly Sample[]>> = {
  identity: [unary("identity")],
  neg: [unary("neg")],
  abs: [unary("abs")],
  sign: [unary("sign")],
  square: [unary("square")],
  sqrt: [positive(unary("sqrt"))],
  rsqrt: [positive(unary("rsqrt"))],
  reciprocal: [positive(unary("reciprocal"))],
  exp: [unary("exp")],
  log: [positive(unary("log"))],
  tanh: [unary("tanh")],
  sigmoid: [unary("sigmoid")],
  relu: [unary("relu")],
  gelu: [moved(unary("gelu"), (x) => 3 * x)],
  softplus: [moved(unary("softplus"), (x) => 9 * x)],
  erf: [moved(unary("erf"), (x) => 3 * x)],
  floor: [sample("floor", (x) => m.mul(x, m.floor(m.mul(x, 3))), [a, b])],
  ceil: [sample("ceil", (x) => m.mul(x, m.ceil(m.mul(x, 3))), [a, b])],
  round: [sample("round", (x) => m.mul(x, m.round(m.mul(x, 3))), [a, b])],
  sin: [unary("sin"), sample("silu", (x) => m.silu(x), [a, b])],
  cos: [unary("cos")],
  not: [sample("not", (x) => m.cast(m.not(m.greater(x, 0)), "float32"), [a])],
  isFinite: [sample("isFinite", (x) => m.where(m.isFinite(x), x, 0), [a])],
  toFloat32: [
    unary("toFloat32"),
    sample("toFloat32 of bool", (x) => m.cast(m.less(x, 0), "float32"), [a]),
  ],
  toInt32: [
    sample("toInt32", (x) => m.mul(x, m.cast(m.cast(m.mul(x, 5), "int32"), "float32")), [a]),
  ],
  toBool: [sample("toBool", (x) => m.where(m.cast(x, "bool"), x, 1), [a])],
  add: [
    binary("add"),
    sample("add, number", (x) => apply("add", x, 2), [a]),
    sample("add, zero", (x) => apply("add", 0, x), [a]),
    sample("add, many", (x, y, z) => apply("add", x, y, z), [a, b], [b], []),
  ],
  sub: [binary("sub"), sample("sub, number first", (x) => apply("sub", 1, x), [a])],
  mul: [binary("mul"), sample("mul, twice itself", (x) => apply("mul", x, x), [a])],
  div: [
    positive(binary("div")),
    positive(sample("div, number first", (x) => apply("div", 2, x), [a])),
  ],
  mod: [positive(binary("mod"))],
  pow: [
    positive(binary("pow")),
    sample("pow, whole exponent", (x) => apply("pow", x, 3), [a]),
    positive(sample("pow, number first", (x) => apply("pow", 2, x), [a])),
  ],
  maximum: [binary("maximum"), sample("maximum, number", (x) => apply("maximum", x, 0.1), [a])],
  minimum: [binary("minimum"), sample("minimum, number", (x) => apply("minimum", 0.1, x), [a])],
  less: [sample("less", (x, y) => m.where(m.less(x, y), x, y), [a, b], [b])],
  lessEqual: [sample("lessEqual", (x, y) => m.where(m.lessEqual(x, y), x, y), [a, b], [b])],
  greater: [sample("greater", (x, y) => m.where(m.greater(x, y), x, y), [a, b], [b])],
  greaterEqual: [sample("greaterEqual", (x, y) => m.where(m.greaterEqual(x, y), x, y), [a], [a])],
  equal: [sample("equal", (x) => m.where(m.equal(m.iota(a), 1), x, 0), [a])],
  notEqual: [sample("notEqual", (x) => m.where(m.notEqual(m.iota(a), 1), x, 0), [a])],
  and: [sample("and", (x) => m.where(m.and(m.greater(x, -0.5), m.less(x, 0.5)), x, 0), [a, b])],
  or: [sample("or", (x) => m.where(m.or(m.greater(x, 0.5), m.less(x, -0.5)), x, 0), [a, b])],
  geluGrad: [moved(binary("geluGrad"), (x) => 2 * x)],
  where: [
    sample("where", (x, y) => apply("where", m.less(m.iota(b), 2), x, y), [a, b], [b]),
    sample("where, number", (x) => apply("where", m.less(m.iota(b), 2), 0, x), [a, b]),
    sample("where, both numbers", (x) => m.mul(x, m.where(m.less(m.iota(b), 2), 1, 2)), [a, b]),
  ],
  clip: [sample("clip", (x) => m.clip(x, -0.4, 0.6), [a, b])],
};

const ids = [2, 0, 3, 3];
const softmaxOf = sample("softmax", (x) => m.softmax(x, "b"), [a, b]);
const logSoftmaxOf = sample("logSoftmax", (x) => m.logSoftmax(x, "b"), [a, b]);
const layerNormOf = sample(
  "layerNorm",
  (x, g, s) => m.layerNorm(x, g, s, "b"),
  [a, b, c],
  [b],
  [b],
);
const crossEntropyOf = withInput(
  sample(
    "crossEntropy",
    (x, labels) => {
      const { loss, logsumexp } = m.crossEntropyWithLogsumexp(x, labels, "b");
      return [loss, logsumexp];
    },
    [a, b],
  ),
  1,
  [a],
  "int32",
  [1, -100, 3],
);
/** Queries of two groups to a head of keys, of which some are not seen. */
const flashAttentionOf = withInput(
  sample(
    "flashAttention",
    (q, k, v, segment, bias) =>
      flashAttention(q as never, k as never, v as never, {
        ...({ along: "b", over: "d", within: "c", scale: 0.5, causal: true } as never as object),
        ...({ segment, bias, dropout: { key: m.key(3), rate: 0.25 } } as never as { along: never }),
        ...({} as { over: never; within: never }),
      }),
    [a, b, k, c],
    [c, a, dimension("d", 4)],
    [a, dimension("d", 4), c],
    [dimension("d", 4), k],
  ),
  3,
  [a, b],
  "int32",
  [0, 0, 1, 1, 0, 1, 0, 1, 2, 2, 2, 2],
);
const page = dimension("page", 2);
/** Rows that share a block, the last with one query of three, and queries of two groups to a head. */
const pagedAttentionOf = [
  { dims: [a, page], data: [1, 3, 2, 1, 0, -1] },
  { dims: [a], data: [1, 0, 1] },
  { dims: [a], data: [2, 3, 1] },
].reduce(
  (base, { dims, data }, i) => withInput(base, 3 + i, dims, "int32", data),
  sample(
    "pagedAttention",
    (q, k, v, table, before, counts) =>
      pagedAttention(q as never, k as never, v as never, {
        ...({ table, before, counts } as never as { table: never; before: never; counts: never }),
        ...({ along: "e", block: "b", offset: "f", within: "c" } as never as { along: never }),
        ...({ page: "page", scale: 0.5, window: 2 } as never as { page: never }),
        ...({} as { block: never; offset: never; within: never }),
      }),
    [a, dimension("e", 3), k, c],
    [b, dimension("f", 2), c],
    [dimension("f", 2), b, c],
  ),
);
/** Two queries to a head of keys, with a mask of each row's own; one sees nothing. */
const maskedAttentionOf = withInput(
  sample(
    "maskedAttention",
    (q, k, v, visible) =>
      maskedAttention(q as never, k as never, v as never, {
        ...({ over: "b", within: "c", visible, scale: 0.5 } as never as { visible: never }),
        ...({} as { over: never; within: never }),
      }),
    [a, dimension("e", 2), k, c],
    [a, k, b, c],
    [b, a, c, k],
  ),
  3,
  [b, a, dimension("e", 2)],
  "bool",
  [1, 1, 0, 0, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0, 1, 0],
);
const gatherOf = withInput(
  sample("gather", (x, at) => m.gather(x, at, "a"), [a, c]),
  1,
  [b],
  "int32",
  ids,
);
const gradientSample = (of: Sample): Sample => ({
  ...of,
  name: `${of.name}, its gradient`,
  fn: gradientOf(of.fn),
});

/** What a pass makes of a convolution, and no function of the library does. */
function convolvedAtOnce(x: AnyTensor, kernel: AnyTensor): AnyTensor {
  const along = { dim: "b", tap: "a", stride: 1, dilation: 1, before: 1, wrap: false };
  const attributes = { windows: [along] };
  return makeTensor("convolution", attributes, [x, kernel], { dims: [b, c], dtype: "float32" });
}

/** What a pass makes of a scattered gradient and another one, and no function of the library does. */
function scatteredOnto(x: AnyTensor, rows: AnyTensor, ids: AnyTensor): AnyTensor {
  return makeTensor("scatterOnto", { dim: "a" }, [x, rows, ids], {
    dims: [a, c],
    dtype: "float32",
  });
}

/** At least one sample for every kind of op. */
export const samples: Readonly<Record<Kind, readonly Sample[]>> = {
  input: [],
  fill: [sample("fill", (x) => m.mul(x, m.fill([b], 0.5)), [a, b])],
  literal: [sample("literal", (x) => m.mul(x, m.constant([3, 1, 4, 1], [b])), [a, b])],
  iota: [sample("iota", (x) => m.mul(x, m.cast(m.iota(b), "float32")), [a, b])],
  random: [
    sample("random", (x) => m.mul(x, m.normal(m.key(3), [b, a])), [a, b]),
    sample(
      "random bits",
      (x) => m.mul(x, m.cast(m.less(drawn("bits", m.key(3), [b]), 0), "float32")),
      [a, b],
    ),
    sample("dropout", (x) => m.dropout(m.key(5), x, 0.5), [a, b]),
  ],
  fold: [sample("fold", (x) => m.mul(x, m.uniform(m.fold(m.key(3), "x"), [b])), [a, b])],
  elementwise: [],
  reduce: [
    sample("sum", (x) => m.sum(x, "a", "c"), [a, b, c]),
    sample("sum of all", (x) => m.sum(x), [a, b]),
    sample("mean", (x) => m.mean(x, "b"), [a, b]),
    sample("max", (x) => m.max(x, "a", "c"), [a, b, c]),
    sample("min", (x) => m.min(x, "b"), [a, b]),
  ],
  einsum: [
    sample("einsum", (x, y) => m.einsum(x, y, "a", "d"), [a, b], [b, d]),
    sample("einsum, batched", (x, y) => m.einsum(x, y, "c", "d", "a"), [c, a, b], [d, c, b]),
    sample("einsum of one twice", (x) => m.einsum(x, x, "a"), [a, b]),
    sample("einsum of three", (x, y, z) => m.einsum([x, y, z], ["a"]), [a, b], [b, c], [c]),
    sample("outer", (x, y) => m.outer(x, y), [a], [b]),
    sample("contract", (x, y) => m.contract(x, y, "b"), [a, b], [b, c]),
  ],
  rename: [sample("rename", (x) => m.rename(x, "a", "q"), [a, b])],
  broadcast: [sample("broadcast", (x) => m.broadcast(x, c, a), [b])],
  reshape: [
    sample("split", (x) => m.split(x, "d", [a, b]), [c, d]),
    sample("merge", (x) => m.merge(x, ["c", "a"], dimension("n", 6)), [a, b, c]),
  ],
  slice: [
    sample("slice", (x) => m.slice(x, "b", 1, 3), [a, b]),
    sample("at", (x) => m.at(x, "b", -1), [a, b]),
    sample("unstack", (x) => m.unstack(x, "a").slice(1), [a, b]),
  ],
  pad: [
    sample("pad", (x) => m.pad(x, "b", 1, 2), [a, b]),
    sample("shift", (x) => m.shift(x, "b", -1), [a, b]),
    sample("shift, wrapped", (x) => m.shift(x, "b", 3, { wrap: true }), [a, b]),
    sample("pad with 5", (x) => m.pad(x, "b", 1, 0, 5), [a, b]),
  ],
  concat: [
    sample("stack", (x, y) => m.stack([x, y], "s"), [a, b], [b, a]),
    sample("concat", (x, y) => m.concat([x, y], "b"), [a, b], [dimension("b", 3), a]),
  ],
  window: [
    sample("window", (x) => m.window(x, "b", c, { before: 1 }), [a, b]),
    sample(
      "window, apart",
      (x) => m.window(x, "d", a, { stride: 2, dilation: 3, before: 2, after: 1, value: 5 }),
      [c, d],
    ),
    sample("window, wrapped", (x) => m.window(x, "b", a, { before: 6, after: 1, wrap: true }), [
      b,
      c,
    ]),
    sample("halo", (x) => m.halo(x, "a", "b", { before: 5, after: 1 }), [a, b, c]),
    sample(
      "convolution",
      (x, y) => m.convolution(x, y, { b: "a" }, { over: "d" }),
      [b, d],
      [d, a, c],
    ),
    sample("max pool", (x) => m.pool(x, "max", { b: 3 }, { padding: "same" }), [a, b]),
    sample("mean pool", (x) => m.pool(x, "mean", { b: 3 }, { padding: "same" }), [a, b]),
  ],
  convolution: [sample("convolution at once", convolvedAtOnce, [b, d], [d, a, c])],
  overlapAdd: [
    sample("overlapAdd", (x) => m.overlapAdd(x, "b", "c", 5, { before: 1, stride: 2 }), [b, a, c]),
    sample("overlapAdd, wrapped", (x) => m.overlapAdd(x, "b", "c", 3, { wrap: true }), [b, a, c]),
    sample(
      "convolutionTransposed",
      (x, y) => m.convolutionTransposed(x, y, { b: "a" }, { over: "d", strides: { b: 2 } }),
      [b, d],
      [d, a, c],
    ),
  ],
  oneHot: [
    withInput(
      sample("oneHot", (x, at) => m.mul(x, m.oneHot(at, a)), [a, b]),
      1,
      [b],
      "int32",
      ids,
    ),
  ],
  gather: [
    gatherOf,
    withInput(
      sample("gather, aligned", (x, at) => m.gather(x, at, "a"), [a, b]),
      1,
      [b],
      "int32",
      ids,
    ),
    withInput(
      sample("dynamicSlice", (x, at) => m.dynamicSlice(x, "b", at, 2), [a, b]),
      1,
      [a],
      "int32",
      [1, 3, -5],
    ),
    withInput(
      sample("dynamicShift", (x, at) => m.dynamicShift(x, "b", at), [a, b]),
      1,
      [a],
      "int32",
      [1, -3, 2],
    ),
    withInput(
      sample("dynamicShift, wrapped", (x, at) => m.dynamicShift(x, "b", at, { wrap: true }), [
        a,
        b,
      ]),
      1,
      [a],
      "int32",
      [1, -3, 9],
    ),
  ],
  scatterAdd: [
    withInput(
      sample("scatterAdd", (x, at) => m.scatterAdd(x, at, a), [b, c]),
      1,
      [b],
      "int32",
      ids,
    ),
    gradientSample(gatherOf),
  ],
  scatterOnto: [
    withInput(sample("scatterOnto", scatteredOnto, [a, c], [b, c]), 2, [b], "int32", ids),
  ],
  scatter: [
    withInput(
      sample("scatter", (x, y, at) => m.scatter(x, y, { a: at }), [a, c], [b, c]),
      2,
      [b],
      "int32",
      [2, 0, 2, -1],
    ),
    withInput(
      sample("scatter, aligned", (x, y, at) => m.scatter(x, y, { a: at }), [c, a], [c, b]),
      2,
      [b, c],
      "int32",
      [2, 1, 0, 3, 2, 1, 0, 1],
    ),
    withInput(
      sample(
        "scatter by two dims",
        (x, y, at) => m.scatter(x, y, { b: m.sub(at, 1), a: at }),
        [a, c, b],
        [dimension("e", 3), c],
      ),
      2,
      [dimension("e", 3)],
      "int32",
      [2, 1, 3],
    ),
    withInput(
      sample(
        "dynamicUpdate",
        (x, y, at) => m.dynamicUpdate(x, y, "b", at),
        [a, b],
        [dimension("b", 2), a],
      ),
      2,
      [a],
      "int32",
      [1, 3, -5],
    ),
  ],
  argmax: [sample("argmax", (x) => m.mul(x, m.cast(m.argmax(x, "b"), "float32")), [a, b])],
  topK: [sample("topK", (x) => m.topK(x, "b", k).values, [a, b])],
  sort: [
    sample("sort", (x) => m.sort(x, "b").values, [a, b]),
    sample("sort, descending", (x) => m.sort(x, "a", { descending: true }).values, [a, b]),
  ],
  cumsum: [
    sample("cumsum", (x) => m.cumsum(x, "b"), [a, b]),
    sample("cumsum, the rest", (x) => m.cumsum(x, "b", { exclusive: true, reverse: true }), [a, b]),
  ],
  softmax: [softmaxOf],
  softmaxGrad: [gradientSample(softmaxOf)],
  logSoftmax: [logSoftmaxOf],
  logSoftmaxGrad: [gradientSample(logSoftmaxOf)],
  logsumexp: [sample("logsumexp", (x) => m.logsumexp(x, "b"), [a, b])],
  sumExp: [sample("sumExp", (x, shift) => sumExpOf(x, shift, "b") as never, [a, b], [a])],
  layerNorm: [layerNormOf],
  layerNormGrad: [gradientSample(layerNormOf)],
  crossEntropy: [crossEntropyOf],
  crossEntropyGrad: [gradientSample(crossEntropyOf)],
  flashAttention: [flashAttentionOf],
  flashAttentionGrad: [gradientSample(flashAttentionOf)],
  pagedAttention: [pagedAttentionOf],
  maskedAttention: [maskedAttentionOf],
  adam: [
    positive(
      sample(
        "adam",
        (...xs) => {
          const [parameter, gradient, mean, variance, rate, first, second] = xs as AnyTensor[];
          const corrections = { meanCorrection: first!, varianceCorrection: second! };
          const gate = m.fill([], 1);
          const tensors = { parameter, gradient, mean, variance } as Record<string, AnyTensor>;
          return adamUpdate(
            { ...(tensors as never as object), ...corrections, rate, gate } as never,
            {
              beta1: 0.9,
              beta2: 0.99,
              epsilon: 1e-3,
              decay: 0.1,
            },
          );
        },
        [a],
        [a],
        [a],
        [a],
        [],
        [],
        [],
      ),
    ),
  ],
  withLayout: [sample("withLayout", (x) => m.withLayout(x, { a: "x" }), [a, b])],
  region: [
    sample(
      "accumulate",
      (x, w) => m.accumulate(a, (row: unknown) => m.tanh(m.einsum(row, w, "c")), x, w),
      [a, b],
      [b, c],
    ),
    sample(
      "mapOver, closing over",
      (x, w) => m.mapOver(a, (row: unknown) => m.mul(m.contract(row, w, "b"), m.sum(w)), x),
      [a, b],
      [b, c],
    ),
    sample(
      "scan, closing over",
      (x, w) =>
        m.scan(
          a,
          (h: unknown, row: unknown) => {
            const next = m.tanh(m.add(m.mul(h, w), row));
            return [next, m.sum(m.square(next))];
          },
          m.mul(w, 0.5),
          x,
        ),
      [a, b],
      [b],
    ),
    sample(
      "scan of a tree, whose carry is read before it is changed",
      (x, w) => {
        const [last, ys] = m.scan(
          a,
          ({ old, total }: { old: unknown; total: unknown }, [row]: unknown[], index: unknown) => {
            const at = m.cast(index, "float32");
            const next = { old: m.sin(row), total: m.add(m.mul(m.mul(total, old), at), row) };
            return [next, { old, at: m.mul(old, at) }];
          },
          { old: w, total: m.sum(x, "a") },
          [x, w],
        );
        return [last.total, ys.old, ys.at];
      },
      [a, b],
      [b],
    ),
    sample(
      "whileLoop with an end, closing over",
      (x, w) =>
        m.whileLoop(
          (h: unknown) => m.less(m.sum(m.square(h)), 20),
          (h: unknown) => m.add(m.mul(h, 1.5), m.mul(m.sin(h), w)),
          x,
          { atMost: 12 },
        ),
      [a, b],
      [b],
    ),
    sample(
      "whileLoop that goes to its end, of a tree",
      (x, w) => {
        const { h, n } = m.whileLoop(
          (state: { n: unknown }) => m.greaterEqual(state.n, 0),
          (state: { h: unknown; n: unknown }) => ({
            h: m.tanh(m.add(state.h, m.mul(w, m.cast(state.n, "float32")))),
            n: m.add(state.n, 1),
          }),
          { h: m.sum(x, "a"), n: m.constant(1, [], "int32") },
          { atMost: 3 },
        );
        return [h, n];
      },
      [a, b],
      [b],
    ),
    sample(
      "whileLoop without a round",
      (x, w) =>
        m.whileLoop(
          (h: unknown) => m.greater(m.sum(m.square(h)), 1e6),
          (h: unknown) => m.mul(h, w),
          x,
          { atMost: 3 },
        ),
      [a, b],
      [b],
    ),
    sample(
      "whileLoop in a scan",
      (x, w) =>
        m.scan(
          a,
          (h: unknown, row: unknown) => {
            const next = m.whileLoop(
              (y: unknown) => m.less(m.max(m.square(y)), 2),
              (y: unknown) => m.add(m.mul(y, 1.25), m.mul(w, 0.5)),
              m.add(h, row),
              { atMost: 9 },
            );
            return [m.tanh(next), m.sum(next)];
          },
          w,
          x,
        ),
      [a, b],
      [b],
    ),
    ...[1, -1].map((sign) =>
      sample(
        `cond, the ${sign > 0 ? "first" : "second"} of two`,
        (x, w, v) => {
          const [y, z] = m.cond(
            m.greater(m.mul(m.sum(m.square(x)), sign), 0),
            (given: unknown) => [m.mul(m.exp(given), w), m.sum(v)],
            (given: unknown) => [m.sin(m.mul(given, v)), m.mul(m.sum(given), 2)],
            x,
          );
          return [y, z, x];
        },
        [a, b],
        [b],
        [b],
      ),
    ),
    sample(
      "cond that gives what it is given, in a whileLoop",
      (x, w) =>
        m.whileLoop(
          (h: unknown) => m.less(m.sum(m.square(h)), 30),
          (h: unknown) =>
            m.cond(
              m.less(m.sum(m.square(h)), 10),
              () => m.mul(h, 1.5),
              () => m.add(m.mul(h, 1.2), m.mul(m.square(h), w)),
            ),
          m.add(x, 0.5),
          { atMost: 12 },
        ),
      [a, b],
      [b],
    ),
    sample(
      "recompute, closing over",
      (x, w) => m.recompute((y: unknown) => m.tanh(m.contract(y, w, "c")))(m.sin(x)),
      [a, c],
      [c, b],
    ),
    sample(
      "customGradient",
      (x, w) =>
        m.customGradient(
          (y: unknown, z: unknown) => m.mul(m.square(y), z),
          ({ args: [y, z], cotangent }: { args: unknown[]; cotangent: unknown }) => [
            m.mul(m.mul(cotangent, y), m.mul(z, 2)),
            m.sum(m.mul(cotangent, m.square(y)), "a"),
          ],
        )(x, w),
      [a, b],
      [b],
    ),
    sample(
      "loop in a loop",
      (x, w) =>
        m.accumulate(
          c,
          (part: unknown) => m.accumulate(a, (row: unknown) => m.exp(m.mul(row, w)), part),
          x,
        ),
      [c, a, b],
      [b],
    ),
  ],
};
