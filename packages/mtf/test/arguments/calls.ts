import * as typed from "../../src/index.ts";

/** What a call is made with: tensors of the function that is being traced, and what is not traced. */
export interface Given {
  /** float32 [batch, embd] */
  readonly x: typed.AnyTensor;
  /** float32 [embd, ff] */
  readonly w: typed.AnyTensor;
  /** float32 [embd] */
  readonly gain: typed.AnyTensor;
  /** int32 [batch] */
  readonly ids: typed.AnyTensor;
  /** bool [batch] */
  readonly mask: typed.AnyTensor;
}

/** A right call of a public function: its arguments by their names, the last ones by `...rest`. */
export type Call = (given: Given) => { readonly [argument: string]: unknown };

const sizes = { batch: 4, embd: 6, ff: 8, heads: 2, kv: 3, vocab: 10 } as const;
type Name = keyof typeof sizes;
export const dims: { readonly [N in Name]: typed.Dimension<N> } = typed.defineDims(sizes);
const mesh = typed.defineMesh({ data: 2, model: 1 });
export const layout: typed.Layout = typed.defineLayout({ dims, mesh, rules: { batch: "data" } });
const { batch, ff, heads, kv, vocab } = dims;

// biome-ignore lint/suspicious/noExplicitAny: programs without types are what this is about
const m: any = typed;

const unary: Call = ({ x }) => ({ x });
const binary: Call = ({ x, gain }) => ({ x, y: gain });
const logic: Call = ({ mask }) => ({ x: mask, y: mask });
const reduction: Call = ({ x }) => ({ x, "...over": ["embd"] });
const question: Call = ({ mask }) => ({ x: mask, "...over": ["batch"] });
const over: Call = ({ x }) => ({ x, over: "embd" });
const random =
  (options: object): Call =>
  () => ({ key: m.key(1), dims: [batch], options });
const state = (x: typed.AnyTensor) => m.adamState({ x });
const adamCall: Call = ({ x }) => ({
  state: state(x),
  gradient: { x },
  options: { rate: 0.1, beta1: 0.9, decays: () => true, gate: m.isFinite(m.sum(x)) },
});
const convolved: Call = ({ x, w }) => ({
  x: m.outer(x, m.ones([kv])),
  kernel: w,
  along: { kv: "ff" },
  options: { over: ["embd"], padding: "same", strides: { kv: 2 }, dilations: { kv: 1 } },
});
const decay: Call = () => ({ options: { begin: 1, end: 9, floor: 0.1 } });
const labelled: Call = ({ x, ids }) => ({ logits: x, labels: ids, over: "embd" });
// What is given besides tensors is for the function to judge.
const takesAnything = (x: unknown) => m.ones([batch], x === undefined ? "int32" : "float32");
const traced: Call = () => ({ fn: takesAnything, args: [m.placeholder([batch])] });
const lowered = () =>
  m.lower((x: unknown) => m.exp(x), { layout, inputs: [m.placeholder([batch])] });
const program = () => lowered().program;

/** A right call of every public function of `mtf`. */
export const calls: Readonly<Record<string, Call>> = {
  // Functions of elements
  ...Object.fromEntries(
    "identity neg abs sign square sqrt rsqrt reciprocal exp log tanh sigmoid relu elu selu gelu softplus silu erf floor ceil round sin cos isFinite stopGradient"
      .split(" ")
      .map((name) => [name, unary]),
  ),
  ...Object.fromEntries(
    "add sub mul div floorDiv mod pow maximum minimum less lessEqual greater greaterEqual equal notEqual"
      .split(" ")
      .map((name) => [name, binary]),
  ),
  and: logic,
  or: logic,
  not: ({ mask }) => ({ x: mask }),
  leakyRelu: ({ x }) => ({ x, slope: 0.1 }),
  clip: ({ x }) => ({ x, low: -1, high: 1 }),
  where: ({ x, mask }) => ({ condition: mask, x, y: 0 }),
  cast: ({ x }) => ({ x, to: "int32" }),
  addAll: ({ x }) => ({ xs: [x, x] }),

  // Other ops
  sum: reduction,
  max: reduction,
  min: reduction,
  mean: reduction,
  any: question,
  all: question,
  argmax: over,
  softmax: over,
  logSoftmax: over,
  logsumexp: over,
  cumsum: ({ x }) => ({ x, over: "embd", options: { exclusive: true, reverse: false } }),
  sort: ({ x }) => ({ x, over: "embd", options: { descending: true } }),
  topK: ({ x }) => ({ x, over: "embd", k: m.dimension("k", 2) }),
  nthLargest: ({ x }) => ({ x, over: "embd", n: 1 }),
  nthSmallest: ({ x }) => ({ x, over: "embd", n: 1 }),
  window: ({ x }) => ({
    x,
    dim: "embd",
    tap: m.dimension("tap", 2),
    options: { stride: 2, dilation: 1, before: 1, after: 1, wrap: false, value: 0 },
  }),
  overlapAdd: ({ x }) => ({
    windows: x,
    dim: "embd",
    tap: "batch",
    size: 9,
    options: { stride: 2, dilation: 1, before: 1, wrap: false },
  }),
  halo: ({ x }) => ({
    x,
    blocks: "batch",
    dim: "embd",
    options: { before: 1, after: 1, wrap: true },
  }),
  convolution: convolved,
  convolutionTransposed: convolved,
  pool: ({ x }) => ({
    x,
    fn: "max",
    sizes: { embd: 3 },
    options: { padding: "same", strides: { embd: 2 } },
  }),
  einsum: ({ x, w }) => ({ a: x, b: w, "...output": ["batch", "ff"] }),
  contract: ({ x, w }) => ({ a: x, b: w, "...over": ["embd"] }),
  outer: ({ gain, ids }) => ({ a: gain, b: m.cast(ids, "float32") }),
  broadcast: ({ gain }) => ({ x: gain, "...dims": [batch] }),
  rename: ({ x }) => ({ x, from: "embd", to: "other" }),
  named: ({ x }) => ({ x, names: ["batch", "embd"] }),
  split: ({ x }) => ({ x, from: "embd", to: [heads, kv] }),
  merge: ({ x }) => ({ x, from: ["batch", "embd"], to: m.dimension("both", 24) }),
  reshape: ({ x }) => ({ x, from: ["batch", "embd"], to: [ff, m.dimension("third", 3)] }),
  slice: ({ x }) => ({ x, dim: "embd", begin: 1, end: 3 }),
  at: ({ x }) => ({ x, dim: "embd", index: 1 }),
  unstack: ({ x }) => ({ x, dim: "embd" }),
  stack: ({ x }) => ({ xs: [x, x], dim: "part" }),
  shift: ({ x }) => ({ x, dim: "embd", by: 1, options: { wrap: true } }),
  pad: ({ x }) => ({ x, dim: "embd", before: 1, after: 1, value: 0 }),
  concat: ({ x }) => ({ xs: [x, x], dim: "embd" }),
  gather: ({ w, ids }) => ({ table: w, ids, dim: "embd" }),
  scatterAdd: ({ x, ids }) => ({ rows: x, ids, dim: vocab }),
  scatter: ({ x, w, ids }) => ({ x: w, rows: m.einsum(x, w, "batch", "ff"), ids: { embd: ids } }),
  dynamicSlice: ({ x, ids }) => ({ x, dim: "embd", position: ids, size: 2 }),
  dynamicUpdate: ({ x, ids }) => ({
    x,
    value: m.slice(x, "embd", 1, 3),
    dim: "embd",
    position: ids,
  }),
  dynamicShift: ({ x, ids }) => ({ x, dim: "embd", by: ids, options: { wrap: true } }),
  oneHot: ({ ids }) => ({ ids, dim: vocab, dtype: "float32" }),
  iota: () => ({ dim: batch }),
  layerNorm: ({ x, gain }) => ({ x, gain, bias: gain, over: "embd", options: { epsilon: 1e-5 } }),
  softmaxCrossEntropy: labelled,
  crossEntropyWithLogsumexp: labelled,
  withLayout: () => ({ x: m.ones([batch, dims.embd]), rules: { embd: "data" } }),
  accumulate: ({ x }) => ({ dim: batch, fn: (row: unknown) => m.identity(row), "...xs": [x] }),
  scan: ({ x, gain }) => ({
    dim: batch,
    fn: (carry: unknown, row: unknown) => [carry, row],
    initial: gain,
    xs: x,
  }),
  whileLoop: ({ x, mask }) => ({
    condition: () => m.any(mask),
    body: (state: unknown) => state,
    initial: x,
    options: { atMost: 3 },
  }),
  cond: ({ x, mask }) => ({ predicate: m.any(mask), a: () => m.exp(x), b: () => x }),
  reversible: ({ x }) => ({ layers: [m.identity, m.tanh], x1: x, x2: m.sin(x) }),
  recompute: () => ({ fn: m.identity }),
  customGradient: () => ({
    fn: m.identity,
    backward: ({ cotangent }: { cotangent: unknown }) => [cotangent],
  }),
  mapOver: ({ x }) => ({ dim: batch, fn: (row: unknown) => m.identity(row), "...xs": [x] }),
  dropout: ({ x }) => ({ key: m.key(1), x, rate: 0.5, options: { broadcast: ["embd"] } }),

  // Numbers
  constant: () => ({ data: [1, 2, 3, 4], dims: [batch], dtype: "float32" }),
  fill: () => ({ dims: [batch], value: 1, dtype: "float32" }),
  zeros: () => ({ dims: [batch], dtype: "float32" }),
  ones: () => ({ dims: [batch], dtype: "float32" }),
  key: () => ({ seed: 1 }),
  fold: () => ({ key: m.key(1), data: "name" }),
  uniformAt: () => ({ seed: 1, folded: [2] }),
  drawUniform: () => ({ seed: 1, folded: [2], count: 3 }),
  gumbel: () => ({ key: m.key(1), dims: [batch] }),
  normal: random({ mean: 0, std: 1 }),
  uniform: random({ min: 0, max: 1 }),
  randint: random({ min: 0, max: 9 }),
  sampleWithTemperature: ({ x }) => ({
    key: m.key(1),
    logits: x,
    over: "embd",
    temperature: 0.5,
  }),
  categorical: ({ x }) => ({ key: m.key(1), logits: x, over: "embd" }),

  // Optimizers
  sgd: ({ x }) => ({ params: { x }, gradient: { x }, options: { rate: 0.1 } }),
  momentumState: ({ x }) => ({ params: { x } }),
  momentum: ({ x }) => ({
    state: m.momentumState({ x }),
    gradient: { x },
    options: { rate: 0.1, momentum: 0.9 },
  }),
  adamState: ({ x }) => ({ params: { x } }),
  adam: adamCall,
  adamw: adamCall,
  lionState: ({ x }) => ({ params: { x } }),
  lion: ({ x }) => ({
    state: m.lionState({ x }),
    gradient: { x },
    options: { rate: 0.1, beta1: 0.9, beta2: 0.99, decay: 0.1 },
  }),
  rmspropState: ({ x }) => ({ params: { x } }),
  rmsprop: ({ x }) => ({
    state: m.rmspropState({ x }),
    gradient: { x },
    options: { rate: 0.1, keep: 0.9, epsilon: 1e-8 },
  }),
  adagradState: ({ x }) => ({ params: { x }, initial: 0.1 }),
  adagrad: ({ x }) => ({
    state: m.adagradState({ x }),
    gradient: { x },
    options: { rate: 0.1, epsilon: 1e-8 },
  }),
  adafactorState: ({ x }) => ({ params: { x }, options: { factored: true, momentum: true } }),
  adafactor: ({ x }) => ({
    state: m.adafactorState({ x }),
    gradient: { x },
    options: { rate: 0.1, decayRate: 0.9, beta1: 0.9, epsilon: 1e-8 },
  }),
  muonState: ({ x }) => ({ params: { x } }),
  muon: ({ x }) => ({
    state: m.muonState({ x }),
    gradient: { x },
    options: { rate: 0.1, momentum: 0.9, steps: 2 },
  }),
  ema: ({ x }) => ({ average: { x }, params: { x }, options: { keep: 0.9 } }),
  mapTensors: ({ x }) => ({
    fn: (leaf: unknown) => m.neg(leaf),
    tree: { x },
    "...others": [{ x }],
  }),
  globalNorm: ({ x }) => ({ tree: { x } }),
  clipByGlobalNorm: ({ x }) => ({ tree: { x }, limit: 1 }),
  clipByValue: ({ x }) => ({ tree: { x }, limit: 1 }),
  clipAdaptively: ({ x }) => ({ gradient: { x }, params: { x }, limit: 1, options: { least: 1 } }),
  schedule: () => ({ options: { rate: 1, warmup: 3, decay: "linear", end: 9, floor: 0.1 } }),
  constantRate: () => ({ rate: 1 }),
  linearWarmup: () => ({ steps: 3 }),
  linearDecay: decay,
  cosineDecay: decay,
  inverseSquareRoot: () => ({ options: { warmup: 3, begin: 1 } }),
  noam: () => ({ options: { width: 8, warmup: 3 } }),
  slantedTriangular: () => ({ options: { rate: 1, end: 9, begin: 1, cut: 0.2, ratio: 4 } }),
  warmupStableDecay: () => ({ options: { rate: 1, warmup: 3, decay: 4, end: 9, floor: 0.1 } }),
  productRate: () => ({ "...factors": [2, m.linearWarmup(3)] }),

  // Functions of functions
  grad: () => ({ fn: (x: unknown) => m.sum(x) }),
  valueAndGrad: () => ({ fn: (x: unknown) => [m.sum(x), x], options: { aux: true } }),
  trace: traced,
  lower: () => ({
    fn: takesAnything,
    options: { layout, inputs: [m.placeholder([batch])], donate: [0] },
  }),
  placeholder: () => ({ dims: [batch, ff], dtype: "float32" }),

  // Words
  dimension: () => ({ name: "batch", size: 4 }),
  defineDims: () => ({ sizes: { batch: 4, embd: 6 } }),
  defineMesh: () => ({ axes: { data: 2, model: 2 } }),
  defineMachine: () => ({ figures: typed.defaultMachine }),
  defineLayout: () => ({
    spec: { dims, mesh, rules: { batch: "data" }, storage: { params: {} }, stored: "keep" },
  }),
  parseRules: () => ({ text: "batch:data" }),

  // What programs cost, and how they print
  ledger: () => ({ program: program() }),
  explain: () => ({ lowered: lowered() }),
  memoryPlan: () => ({ program: program() }),
  printProgram: () => ({ program: program() }),
  printMesh: () => ({ mesh }),
  coordinateOf: () => ({ mesh, device: 1 }),
  deviceAt: () => ({ mesh, coordinate: { data: 1, model: 0 } }),
  sliceOf: () => ({ value: program().values[0], mesh, device: 1 }),
};
