import type { Dimension } from "../dimension.ts";
import type { DType } from "../dtype.ts";
import type { Rest } from "../rest/rest.ts";
import type { Graph } from "./graph.ts";
import type { Rounds } from "./rounds.ts";
import type { AnyTensor } from "./tensor.ts";

/**
 * The vocabulary of graphs and programs: every kind of op with its attributes. Attributes name dims
 * and never hold a device's sizes or offsets: those follow from the slices a device holds, so the
 * same attributes serve the whole tensor and any slice of it.
 *
 * The order of operands and results is given beside each kind. An operand may have its dims in any
 * order.
 */
export interface Attributes {
  /** An input of the program. () -> x */
  input: { readonly path: string };
  /** One number everywhere. () -> x */
  fill: { readonly value: number };
  /** Given numbers, row by row in the result's dim order. () -> x */
  literal: { readonly data: readonly number[] };
  /** 0, 1, 2 … along the only dim. () -> int32 */
  iota: Record<never, never>;
  /**
   * Random numbers: a function of the key and an element's index in the whole result, whose dims'
   * order is part of the definition (see random/threefry). (key[key=2] int32) -> x
   */
  random: { readonly distribution: "uniform" | "normal" | "gumbel" | "bits" };
  /** A new key from a key and a number. (key[key=2] int32, data int32) -> key[key=2] int32 */
  fold: Record<never, never>;
  /**
   * `fn` of every element, operands broadcast by name. `scalars` has an entry for each argument of
   * `fn`: a number where the argument is that constant, null where it is the next operand. Autodiff
   * sees a constant where it is `stopped`; backends need not look.
   * (…operands) -> x, with the union of the operands' dims
   */
  elementwise: {
    readonly fn: ElementwiseFn;
    readonly scalars: readonly (number | null)[];
    readonly stopped?: true;
  };
  /** Sum, maximum or minimum over dims. (x) -> x without `over` */
  reduce: { readonly fn: "sum" | "max" | "min"; readonly over: readonly string[] };
  /** Product of two tensors, summed over the shared dims that the result lacks. (a, b) -> c */
  einsum: Record<never, never>;
  /** Another name for a dim. (x) -> x */
  rename: { readonly from: string; readonly to: string };
  /** The same numbers along new dims. (x) -> x with more dims */
  broadcast: Record<never, never>;
  /**
   * Dims `from` (in this order, the first slowest) become dims `to` of the same total size: splits
   * and merges. They take the place of the first of `from` in the result. (x) -> x
   */
  reshape: { readonly from: readonly string[]; readonly to: readonly Dimension[] };
  /** Elements begin … begin + size - 1 of a dim; size is the result's. (x) -> x */
  slice: { readonly dim: string; readonly begin: number };
  /**
   * `before` elements in front of a dim, the rest up to the result's size behind; where either is
   * below 0, as many elements are left out there. (x) -> x
   */
  pad: { readonly dim: string; readonly before: number; readonly value: number };
  /** Tensors one after the other along a dim. (…xs) -> x */
  concat: { readonly dim: string };
  /**
   * Windows over a dim: element (i, t) of the result's dim and the new one, `tap`, which comes behind
   * it, is element i stride + t dilation - before. Where there is none it is `value`, or with `wrap`
   * counted on from the other end. (x) -> x with `tap`
   */
  window: Windows & { readonly value: number };
  /**
   * The transpose of `window`: adds each element where a window has it from. The result's dim is as
   * long as what windows were taken of. (windows) -> x without `tap`
   */
  overlapAdd: Windows;
  /**
   * The product of windows of x, one after the other along several dims, and of b, summed over the
   * shared dims that the result lacks: there are zeros beyond the ends, and each dim of the windows is
   * one of b's or the result's. No graph has it: a pass makes it of windows that nothing but products
   * reads, which then are nowhere as a whole. (x, b) -> c
   */
  convolution: { readonly windows: readonly Windows[] };
  /** 1 where the index equals the position along the new dim, else 0. (ids int32) -> x */
  oneHot: { readonly dim: string };
  /**
   * Rows of a table along `dim`; a row outside reads zeros. Dims that table and ids share go
   * together. (table, ids int32) -> x
   */
  gather: { readonly dim: string };
  /**
   * Adds rows to a table of zeros along the new `dim`; rows outside vanish. Dims of the ids that the
   * table has go together. (rows, ids) -> table
   */
  scatterAdd: { readonly dim: string };
  /**
   * Adds rows to x's along `dim`; rows outside vanish. Dims of the ids that x has go together. No graph
   * has it: a pass makes it of a `scatterAdd` that nothing but a sum reads, which then is nowhere by
   * itself. (x, rows, ids int32) -> x
   */
  scatterOnto: { readonly dim: string };
  /**
   * Rows in place of x's along `dim`: of several for one place the last, in the order of the ids'
   * own dims; rows outside vanish. Dims that x and ids share go together. Where the ids are
   * `distinct`, no two name one place. (x, rows, ids int32) -> x
   */
  scatter: { readonly dim: string; readonly distinct: boolean };
  /** Position of the largest element, the lowest of equals. (x) -> int32 */
  argmax: { readonly over: string };
  /** The k largest, descending, the lowest position first among equals. (x) -> values, int32 */
  topK: { readonly over: string; readonly k: string };
  /** In order, equals in theirs, with their positions; a NaN is the largest. (x) -> values, int32 */
  sort: { readonly over: string; readonly descending: boolean };
  /** Running sum along a dim. (x) -> x */
  cumsum: { readonly over: string; readonly exclusive: boolean; readonly reverse: boolean };
  /** exp(x - max) / sum. (x) -> y */
  softmax: { readonly over: string };
  /** (y, dy) -> dx = y (dy - sum(y dy)) */
  softmaxGrad: { readonly over: string };
  /** x - max - log sum exp(x - max). (x) -> y */
  logSoftmax: { readonly over: string };
  /** (y, dy) -> dx = dy - exp(y) sum(dy) */
  logSoftmaxGrad: { readonly over: string };
  /** (x) -> log sum exp x, without `over` */
  logsumexp: { readonly over: string };
  /** (x, shift) -> sum exp(x - shift), without `over`, which the shift lacks */
  sumExp: { readonly over: string };
  /** (x - mean) / sqrt(variance + epsilon) * gain + bias. (x, gain, bias) -> y, mean, rstd */
  layerNorm: { readonly over: string; readonly epsilon: number };
  /** (x, gain, mean, rstd, dy) -> dx, dgain, dbias */
  layerNormGrad: { readonly over: string };
  /**
   * logsumexp(logits) - logits[label], and 0 for a label outside the dim. The logsumexp is
   * log(sum) + shift, where shift is the row's largest logit, or 0 unless that is finite, and sum
   * that of exp(logits - shift): apart, they keep their digits however large the logits are.
   * (logits, labels int32) -> loss, sum, shift
   */
  crossEntropy: { readonly over: string };
  /** (logits, labels, sum, shift, dloss, dsum) -> dlogits */
  crossEntropyGrad: { readonly over: string };
  /**
   * Values weighted by the softmax over `over` of queries' products with keys.
   * (query, keys, values, …) -> result, the log sum exp of each query's products
   */
  flashAttention: Attending;
  /**
   * The last operand is the sum of result times dresult over `within`, less the gradient of the log
   * sum exp. (query, keys, values, …, dresult, logsumexp, delta) -> dquery, dkeys, dvalues,
   * and dbias where there is one
   */
  flashAttentionGrad: Attending;
  /**
   * Values weighted by the softmax of queries' products with keys, where both lie in blocks: of each row
   * those that the table names, in the order of its tokens. A row's queries are the tokens `before`,
   * before + 1 … of it, as many as it counts, and see it up to themselves; queries behind these see nothing
   * and give 0. What no query of a row sees is left out: the others are weighted, by 0 where one does not
   * see them. (query, keys, values, table int32, before int32, counts int32) -> result
   */
  pagedAttention: PagedAttending;
  /**
   * Values weighted by the softmax over `over` of queries' products with keys, of which those that a query does
   * not see are the lowest float32. (query, keys, values, visible bool) -> result
   */
  maskedAttention: MaskedAttending;
  /**
   * One step of Adam with decoupled decay, and no step at all where `gate` is 0.
   * m' = b1 m + (1 - b1) g; v' = b2 v + (1 - b2) g²;
   * p' = p - rate (m' / c1 / (sqrt(v' / c2) + epsilon) + decay p).
   * (p, g, m, v, rate, c1, c2, gate), the last four scalars -> p', m', v'
   */
  adam: {
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly decay: number;
  };
  /**
   * The value under other layout rules, which stick to what is computed from it. To a gradient made
   * by one of these sticks what does to the value that it is the gradient of. (x) -> x
   */
  withLayout: {
    readonly rules: Readonly<Record<string, readonly string[]>>;
    readonly gradientOf?: AnyTensor;
  };
  /**
   * A body of its own, run as `rounds` says. The first `carried` operands are what it carries into
   * the first round: the first outputs are what it carries into the next, and the first results what
   * the last gave. The next `sliced` operands have the rounds' dim and are given at the round's index,
   * without it; the others are given whole. Of the results that follow, `summed` are summed over the
   * rounds, the others stacked along the rounds' dim, which comes first. The last `carried` of these
   * stack what was carried into each round: a gradient needs it, and without one it is not kept.
   */
  region: {
    readonly rounds: Rounds;
    readonly carried: number;
    readonly sliced: number;
    readonly summed: number;
    readonly body: Graph;
  };
}

/** Which elements of a dim windows have. */
export interface Windows {
  readonly dim: string;
  readonly tap: string;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly wrap: boolean;
}

/** How queries attend to keys and values in blocks. */
export interface PagedAttending {
  /** The dim of tokens that queries have. */
  readonly along: string;
  /** Keys' and values' dims of blocks and of the tokens in one. */
  readonly block: string;
  readonly offset: string;
  /** The table's dim: which of a row's blocks it is. */
  readonly page: string;
  /** The dim in which a query is compared with a key. */
  readonly within: string;
  /** How many tokens a query sees, itself the last; all up to itself where it is null. */
  readonly window: number | null;
}

/** How queries attend to what a mask shows. */
export interface MaskedAttending {
  /** The dim of positions that keys and values have, and queries lack. */
  readonly over: string;
  /** The dim in which a query is compared with a key. */
  readonly within: string;
}

/** Which keys a query looks at, and how. */
export interface Attending {
  /** The dim of positions that queries have, and that which keys and values have in its place. */
  readonly along: string;
  readonly over: string;
  /** The dim in which a query is compared with a key. */
  readonly within: string;
  /** Whether the query at position i sees the keys up to position i alone. */
  readonly causal: boolean;
  /** Whether the operand that follows the values is added to the products, of whose dims it has some. */
  readonly bias: boolean;
  /**
   * Whether operands follow that number queries and keys, int32: a query sees the keys of
   * its own number.
   */
  readonly segments: boolean;
  /**
   * The part of the weights that is dropped. Where it is not 0, a key of random numbers is the next
   * operand: they are `uniform` over what keys and query share, the query's other dims and `over`.
   */
  readonly rate: number;
}

export type Kind = keyof Attributes;

/** An op without its operands: what a backend needs to know beside the slices it computes on. */
export type Op = { [K in Kind]: { readonly kind: K; readonly attributes: Attributes[K] } }[Kind];

export type OpOf<K extends Kind> = Extract<Op, { kind: K }>;

/**
 * Functions of elements. Arithmetic is on float32 and int32 (`div` on int32 is floor division,
 * `mod` has the sign of the divisor), comparisons give bool, logic takes bool, `where` takes a bool
 * and two of one dtype.
 */
export type ElementwiseFn = UnaryFn | BinaryFn | "where" | "add" | "clip";

export type UnaryFn =
  | "identity"
  | "neg"
  | "abs"
  | "sign"
  | "square"
  | "sqrt"
  | "rsqrt"
  | "reciprocal"
  | "exp"
  | "log"
  | "tanh"
  | "sigmoid"
  | "relu"
  | "gelu"
  | "softplus"
  | "erf"
  | "floor"
  | "ceil"
  | "round"
  | "sin"
  | "cos"
  | "not"
  | "isFinite"
  | "toFloat32"
  | "toInt32"
  | "toBool";

export type BinaryFn =
  | "sub"
  | "mul"
  | "div"
  | "mod"
  | "pow"
  | "maximum"
  | "minimum"
  | "less"
  | "lessEqual"
  | "greater"
  | "greaterEqual"
  | "equal"
  | "notEqual"
  | "and"
  | "or"
  /** (x, dy) -> dy gelu'(x) */
  | "geluGrad";

/** The dims and dtype of one result. */
export interface Typed {
  readonly dims: readonly Dimension[];
  readonly dtype: DType;
  /** What it rests as, where that is narrower than its dtype. */
  readonly rest?: Rest | undefined;
}
