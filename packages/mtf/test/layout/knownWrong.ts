import {
  add,
  at,
  broadcast,
  constant,
  contract,
  convolution,
  convolutionTransposed,
  type Dimension,
  dimension,
  einsum,
  equal,
  exp,
  grad,
  greater,
  identity,
  log,
  maximum,
  merge,
  minimum,
  mul,
  type Padding,
  pad,
  pow,
  rename,
  sin,
  slice,
  split,
  sum,
  type Tensor,
  topK,
  where,
} from "mtf";
import { localAttention } from "../../src/nn.ts";

// biome-ignore lint/suspicious/noExplicitAny: the dims are in a file, where the compiler cannot see them
type Loose = Tensor<any>;

/** A program by its inputs' dims, with their numbers where the case does not give them. */
export interface KnownProgram {
  readonly inputs: Readonly<Record<string, readonly Dimension[]>>;
  readonly data?: Readonly<Record<string, readonly number[]>>;
  readonly dtype?: "int32";
  readonly run: (...given: Loose[]) => readonly unknown[];
}

const [a2, a3, a4] = [dimension("a", 2), dimension("a", 3), dimension("a", 4)];
const [b3, b4] = [dimension("b", 3), dimension("b", 4)];

/** dy/dx, where y stands for the sum of its elements. */
const gradient = (f: (x: Loose) => Loose, x: Loose): Loose =>
  grad((given: Loose) => sum(f(given)))(x);

/** y and dy/dx of a function of x · w. */
const ofProduct = (f: (y: Loose) => Loose): KnownProgram => ({
  inputs: { x: [a4, b4], w: [b4, dimension("c", 4)] },
  run: (x, w) => {
    const y = (given: Loose) => f(einsum(given, w!, "a", "c"));
    return [y(x!), gradient(y, x!)];
  },
});

/** A convolution of a square image of one channel with a square kernel of two. */
const convolved = (
  fn: typeof convolution,
  size: number,
  taps: number,
  stride: number,
  padding: Padding,
): KnownProgram => {
  const image = [dimension("batch", 1), dimension("h", size), dimension("w", size)];
  const kernel = [dimension("fh", taps), dimension("fw", taps)];
  const [from, to] = [dimension("ci", 1), dimension("co", 2)];
  const channels = fn === convolution ? [from, to] : [to, from];
  const filter = fn === convolution ? "filter[fh,fw,ci,co]" : "filter[fh,fw,co,ci]";
  return {
    inputs: { x: [...image, from], [filter]: [...kernel, ...channels] },
    run: (x, weights) => [
      fn(
        x!,
        weights!,
        { h: "fh", w: "fw" },
        {
          ...{ over: "ci", padding, strides: { h: stride, w: stride } },
        },
      ),
    ],
  };
};

const square: KnownProgram = {
  inputs: { x: [a4, b4] },
  run: (x) => {
    const flat = merge(x!, ["a", "b"], dimension("all", 16));
    return [split(flat, "all", [dimension("p", 4), dimension("q", 4)])];
  },
};

const repeated = (times: number): KnownProgram => ({
  inputs: { y: [a4] },
  run: (y) => {
    let s = constant(1) as unknown as Loose;
    for (let i = 0; i < times; i++) s = sum(mul(y!, s)) as unknown as Loose;
    return [s];
  },
});

const renamed = (dims: readonly Dimension[]): KnownProgram => ({
  inputs: { x: dims },
  run: (x) => [rename(x!, "x", "y" as never)],
});

const extreme = (fn: typeof maximum): KnownProgram => ({
  inputs: { x: [a2, b3], y: [b3] },
  run: (x, y) => [gradient((g) => fn(g, y!), x!), gradient((g) => fn(x!, g), y!)],
});

/** What the cases' `program` says, in this library's ops. */
export const knownPrograms: Readonly<Record<string, KnownProgram>> = {
  "A1-rename-moves-axis": renamed([dimension("x", 4)]),
  "A1-rename-moves-axis-2": renamed([dimension("x", 4)]),
  "A1-rename-2d": renamed([dimension("x", 4), dimension("z", 4)]),
  "A1-swap-axes": square,
  "A1-partial-overlap": square,
  "A1-move-and-take": square,
  "A1-merge-indivisible": {
    inputs: { x: [a3, dimension("b", 8)] },
    run: (x) => [merge(x!, ["a", "b"], dimension("ab", 24))],
  },
  "A1-split-inner": {
    inputs: { x: [dimension("l", 8)] },
    run: (x) => [split(x!, "l", [dimension("hi", 4), dimension("lo", 2)])],
  },
  "A1-same-segment-mask": {
    inputs: { seg: [dimension("length", 4)] },
    dtype: "int32",
    run: (seg) => {
      const other = rename(seg!, "length", "memory_length" as never);
      const along: Loose = broadcast(seg!, dimension("memory_length", 4));
      return [where(equal(along, other), 0, -1e9)];
    },
  },
  "A2-while-loop-lazy-state-0": repeated(0),
  "A2-while-loop-lazy-state-2": repeated(2),
  "A2-while-loop-lazy-state-3": repeated(3),
  "A3-maximum-broadcast-gradient": extreme(maximum),
  "A3-minimum-broadcast-gradient": extreme(minimum),
  "A4-where-inf-leak": {
    inputs: { x: [a3], y: [a3] },
    data: { x: [1, 2, 3], y: [Number.POSITIVE_INFINITY, 5, Number.NaN] },
    run: (x, y) => [where(constant([1, 0, 1], [a3], "bool"), x!, y!)],
  },
  "A4-where-log-guard": {
    inputs: { x: [a2] },
    data: { x: [4, -1] },
    run: (x) => {
      const y = (given: Loose) => where(greater(given, 0), log(given), given) as Loose;
      return [y(x!), gradient(y, x!)];
    },
  },
  "pow-negative-base": {
    inputs: { x: [a2] },
    data: { x: [-2, 3] },
    run: (x) => [pow(x!, 2)],
  },
  "generic-grad-lazy-identity": ofProduct(identity),
  "generic-grad-lazy-sin": ofProduct(sin),
  "generic-grad-lazy-softplus": ofProduct((y) => log(add(exp(y), 1))),
  "unstack-gradient-unused-output": {
    inputs: { x: [a2, b4] },
    data: { x: [1, 2, 3, 4, 5, 6, 7, 8] },
    run: (x) => [gradient((given) => slice(given, "a", 0, 1), x!)],
  },
  "conv2d-same-n5-s2-f3": convolved(convolution, 5, 3, 2, "same"),
  "conv2d-same-n7-s3-f3": convolved(convolution, 7, 3, 3, "same"),
  "conv2d-valid-n6-s3-f3": convolved(convolution, 6, 3, 3, "valid"),
  "conv2d-valid-n6-s2-f2": convolved(convolution, 6, 2, 2, "valid"),
  "conv2d_transpose-valid-f3-s1": convolved(convolutionTransposed, 2, 3, 1, "valid"),
  "conv2d_transpose-valid-f3-s2": convolved(convolutionTransposed, 2, 3, 2, "valid"),
  // Before the start are keys and values of zeros, which the original looks at as well.
  "masked_local_attention_1d-window": {
    inputs: {
      "x[length,io]": [dimension("length", 8), dimension("io", 2)],
      "wq,wk,wv,wo [io,kv]": [dimension("w", 4), dimension("io", 2), dimension("kv", 2)],
    },
    run: (x, all) => {
      const [query, keys, values, out] = [0, 1, 2, 3].map((i) => at(all!, "w", i) as Loose);
      const [q, k, v] = [query, keys, values].map(
        (w) => pad(contract(x!, w!, "io"), "length", 3, 0) as Loose,
      );
      const seen = localAttention(q!, k!, v!, { along: "length", within: "kv", back: 2 });
      return [contract(slice(seen as Loose, "length", 3), out!, "kv")];
    },
  },
  "top_k-below-minus-1e9": {
    inputs: { x: [dimension("n", 4)] },
    run: (x) => Object.values(topK(x!, "n", dimension("k", 3))),
  },
  "top_k-minus-inf": {
    inputs: { x: [dimension("n", 3)] },
    data: { x: [1, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY] },
    run: (x) => Object.values(topK(x!, "n", dimension("k", 2))),
  },
};
