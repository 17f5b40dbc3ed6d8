import * as fc from "fast-check";
import type { Slice } from "../../src/backend/backend.ts";
import type { LocalKind } from "../../src/backend/localOp.ts";
import type { DType, HostArray } from "../../src/dtype.ts";
import type { ElementwiseFn, Op, Windows } from "../../src/graph/kinds.ts";
import { attentionCase } from "./attentionCase.ts";
import {
  chance,
  crowded,
  type Draw,
  drawing,
  inOrder,
  integer,
  type Operand,
  operandOf,
  type Part,
  part,
  partOf,
  parts,
  pick,
  sliceOf,
  whole,
  wild,
  within,
} from "./draw.ts";
import { elementwiseCase, elementwiseFns } from "./elementwiseCase.ts";
import { maskedAttentionCase } from "./maskedAttentionCase.ts";
import { pagedAttentionCase } from "./pagedAttentionCase.ts";

/** An op with the slices it is bound to and numbers for its operands. */
export interface KernelCase {
  readonly op: Op;
  readonly operands: readonly Operand[];
  readonly results: readonly Slice[];
}

export interface CaseOptions {
  /** Only these kinds. */
  readonly kinds?: readonly LocalKind[];
  /** Only these functions of elements. */
  readonly fns?: readonly ElementwiseFn[];
  /** How many dims a case has where it otherwise has one. */
  readonly crowd?: number;
  /** No number is infinite or NaN. */
  readonly finite?: boolean;
}

/**
 * Small cases of every kind: dims in any order, slices that are parts of their wholes.
 *
 * @example
 * fc.assert(fc.property(kernelCases({ kinds: ["einsum"] }), ({ op, operands, results }) => …));
 */
export function kernelCases(options: CaseOptions = {}): fc.Arbitrary<KernelCase> {
  return fc.gen().map((draw) => {
    const g = drawing(draw, options.crowd ?? 1, options.finite ?? false);
    if (options.fns) return elementwiseCase(g, pick(g, options.fns));
    return cases[pick(g, options.kinds ?? kinds)](g);
  });
}

type Draws = (g: Draw) => KernelCase;

/** Numbers of a dtype that moving ops must hand on untouched. */
function cargo(g: Draw, dims: readonly Part[]): Operand {
  const dtype = pick<DType>(g, ["float32", "int32", "bool"]);
  return dtype === "float32" ? wild(g, dims) : operandOf(g, dims, dtype);
}

/** Floats, with infinities and NaN among them once in a while. */
function float(g: Draw, dims: readonly Part[]): Operand {
  return integer(g, 0, 2) === 0 ? wild(g, dims) : operandOf(g, dims);
}

function numeric(g: Draw, dims: readonly Part[]): Operand {
  return chance(g) ? float(g, dims) : operandOf(g, dims, "int32");
}

/** Most often short; some are longer than what a kernel looks at in one step. */
function longRow(g: Draw): Part {
  return whole(g, "row", integer(g, 0, 3) === 0 ? 90 : 6);
}

function key(g: Draw): Operand {
  return operandOf(g, [{ name: "key", size: 2, begin: 0, local: 2 }], "int32");
}

/** x and further tensors of its dims, along a dim that is whole. */
function alongRow(
  kind: "softmax" | "softmaxGrad" | "logSoftmax" | "logSoftmaxGrad",
  count: number,
): Draws {
  return (g) => {
    const dims = [...parts(g, ["a", "b"]), whole(g, "row")];
    const operands = Array.from({ length: count }, () => float(g, dims));
    return { op: { kind, attributes: { over: "row" } }, operands, results: [sliceOf(g, dims)] };
  };
}

/** The part of an operand that lies on the result when moved by `shift`, or the whole of it. */
function needed(g: Draw, dim: Part, result: Part, shift: number): Part {
  if (chance(g)) return dim;
  const clamp = (i: number) => Math.min(Math.max(i - shift, 0), dim.size);
  const begin = clamp(result.begin);
  return { ...dim, begin, local: clamp(result.begin + result.local) - begin };
}

function resized(g: Draw, name: string, size: number): Part {
  const dim = { name, size, begin: 0, local: size };
  return chance(g) ? dim : partOf(g, dim);
}

function windows(g: Draw): Windows {
  return {
    ...{ dim: "s", tap: "t", before: integer(g, 0, 7), wrap: chance(g) },
    ...{ stride: integer(g, 1, 3), dilation: integer(g, 1, 3) },
  };
}

function ids(g: Draw, dims: readonly Part[], size: number): Operand {
  return within(g, dims, "int32", -2, size + 1);
}

const cases: Readonly<Record<LocalKind, Draws>> = {
  fill: (g) => {
    const dtype = pick<DType>(g, ["float32", "int32", "bool"]);
    const value = dtype === "float32" ? pick(g, [0, -1.5, -Infinity]) : pick(g, [0, 1]);
    const results = [sliceOf(g, parts(g, ["a", "b"]), dtype)];
    return { op: { kind: "fill", attributes: { value } }, operands: [], results };
  },
  literal: (g) => {
    const result = sliceOf(g, parts(g, ["a", "b"]), pick<DType>(g, ["float32", "int32", "bool"]));
    const size = result.dims.reduce((n, d) => n * d.size, 1);
    const data = Array.from({ length: size }, () => integer(g, 0, result.dtype === "bool" ? 1 : 9));
    return { op: { kind: "literal", attributes: { data } }, operands: [], results: [result] };
  },
  iota: (g) => ({
    op: { kind: "iota", attributes: {} },
    operands: [],
    results: [inOrder([part(g, "a", 9)], "int32")],
  }),
  random: (g) => {
    const distribution = pick(g, ["uniform", "normal", "gumbel", "bits"] as const);
    // Large wholes of which little is here: indices beyond 32 bits.
    const wholes = ["a", "b", "c"].slice(0, integer(g, 0, 3)).map((name): Part => {
      const size = pick(g, [3, 70_001]);
      const begin = integer(g, 0, size - 1);
      return { name, size, begin, local: Math.min(size - begin, integer(g, 1, 4)) };
    });
    return {
      op: { kind: "random", attributes: { distribution } },
      operands: [key(g)],
      results: [inOrder(wholes, distribution === "bits" ? "int32" : "float32")],
    };
  },
  fold: (g) => ({
    op: { kind: "fold", attributes: {} },
    operands: [key(g), operandOf(g, [], "int32")],
    results: [inOrder([{ name: "key", size: 2, begin: 0, local: 2 }], "int32")],
  }),
  elementwise: (g) => elementwiseCase(g, pick(g, elementwiseFns)),
  reduce: (g) => {
    const dims = parts(g, ["a", "b", "c", "d"], 1);
    const fn = pick(g, ["sum", "max", "min"] as const);
    const isBool = fn !== "sum" && integer(g, 0, 3) === 0;
    const x = isBool ? operandOf(g, dims, "bool") : numeric(g, dims);
    const over = dims.filter(() => chance(g)).map((d) => d.name);
    const kept = dims.filter((d) => !over.includes(d.name));
    const results = [sliceOf(g, kept, x.slice.dtype)];
    return { op: { kind: "reduce", attributes: { fn, over } }, operands: [x], results };
  },
  einsum: (g) => {
    const all = crowded(g, ["a", "b", "c", "d"], 4);
    const left = all.filter(() => chance(g));
    const right = all.filter(() => chance(g));
    // A dim of one operand stays; a shared one may go.
    const shared = left.filter((d) => right.includes(d));
    const gone = shared.filter(() => chance(g));
    const kept = all.filter((d) => (left.includes(d) || right.includes(d)) && !gone.includes(d));
    const dtype = pick<DType>(g, ["float32", "float32", "int32"]);
    const factor = (dims: readonly Part[]) =>
      dtype === "float32" ? float(g, dims) : operandOf(g, dims, dtype);
    return {
      op: { kind: "einsum", attributes: {} },
      operands: [factor(left), factor(right)],
      results: [sliceOf(g, kept, dtype)],
    };
  },
  rename: (g) => {
    const dims = [part(g, "a"), ...parts(g, ["b", "c"])];
    const x = cargo(g, dims);
    const named = dims.map((d) => (d.name === "a" ? { ...d, name: "z" } : d));
    const results = [sliceOf(g, named, x.slice.dtype)];
    return { op: { kind: "rename", attributes: { from: "a", to: "z" } }, operands: [x], results };
  },
  broadcast: (g) => {
    const all = parts(g, ["a", "b", "c"], 1);
    const x = cargo(
      g,
      all.filter(() => chance(g)),
    );
    const results = [sliceOf(g, all, x.slice.dtype)];
    return { op: { kind: "broadcast", attributes: {} }, operands: [x], results };
  },
  reshape: (g) => {
    // A dim and its factors; the cut of the whole dim lies where the first factor's does.
    const first = part(g, "p", 4);
    const rest = [whole(g, "q", 3), ...(chance(g) ? [whole(g, "r", 3)] : [])];
    const inner = rest.reduce((n, d) => n * d.size, 1);
    const merged: Part = {
      name: "m",
      size: first.size * inner,
      begin: first.begin * inner,
      local: first.local * inner,
    };
    const factors = [first, ...rest];
    const [from, to] = chance(g) ? [[merged], factors] : [factors, [merged]];
    const others = parts(g, ["a", "b"]);
    const x = cargo(g, [...from, ...others]);
    const target = to.map(({ name, size }) => ({ name, size }));
    return {
      op: { kind: "reshape", attributes: { from: from.map((d) => d.name), to: target } },
      operands: [x],
      results: [sliceOf(g, [...to, ...others], x.slice.dtype)],
    };
  },
  slice: (g) => {
    const dim = whole(g, "s", 6);
    const begin = integer(g, 0, dim.size - 1);
    const result = resized(g, "s", integer(g, 1, dim.size - begin));
    const others = parts(g, ["a", "b"]);
    const x = cargo(g, [needed(g, dim, result, -begin), ...others]);
    const results = [sliceOf(g, [result, ...others], x.slice.dtype)];
    return { op: { kind: "slice", attributes: { dim: "s", begin } }, operands: [x], results };
  },
  pad: (g) => {
    const dim = whole(g, "s", 4);
    const before = integer(g, -5, 3);
    const result = resized(g, "s", Math.max(1, before + dim.size + integer(g, -2, 3)));
    const others = parts(g, ["a", "b"]);
    const x = cargo(g, [needed(g, dim, result, before), ...others]);
    const value = pick(g, x.slice.dtype === "float32" ? [0, -2.5, -Infinity] : [0, 1]);
    const results = [sliceOf(g, [result, ...others], x.slice.dtype)];
    return { op: { kind: "pad", attributes: { dim: "s", before, value } }, operands: [x], results };
  },
  concat: (g) => {
    const dims = Array.from({ length: integer(g, 1, 4) }, () => whole(g, "s", 4));
    const size = dims.reduce((n, d) => n + d.size, 0);
    const result = resized(g, "s", size);
    const others = parts(g, ["a", "b"]);
    const dtype = pick<DType>(g, ["float32", "int32", "bool"]);
    let start = 0;
    const operands = dims.map((dim) => {
      const held = needed(g, dim, result, start);
      start += dim.size;
      return operandOf(g, [held, ...others], dtype);
    });
    const results = [sliceOf(g, [result, ...others], dtype)];
    return { op: { kind: "concat", attributes: { dim: "s" } }, operands, results };
  },
  window: (g) => {
    const dim = whole(g, "s", 6);
    const others = parts(g, ["a", "b"]);
    const x = numeric(g, [dim, ...others]);
    const result = [whole(g, "s", 4), partOf(g, whole(g, "t", 4)), ...others];
    const value = pick(g, x.slice.dtype === "float32" ? [0, -2.5, -Infinity] : [0, 1]);
    return {
      op: { kind: "window", attributes: { ...windows(g), value } },
      operands: [x],
      results: [sliceOf(g, result, x.slice.dtype)],
    };
  },
  overlapAdd: (g) => {
    const others = parts(g, ["a", "b"]);
    const taken = [whole(g, "s", 4), partOf(g, whole(g, "t", 4)), ...others];
    const x = numeric(g, taken);
    return {
      op: { kind: "overlapAdd", attributes: windows(g) },
      operands: [x],
      results: [sliceOf(g, [whole(g, "s", 6), ...others], x.slice.dtype)],
    };
  },
  convolution: (g) => {
    const others = crowded(g, ["a", "b", "c"], 3);
    const along = chance(g) ? ["s"] : ["s", "r"];
    const windowed = along.map((dim) => ({ ...windows(g), dim, tap: `${dim}tap`, wrap: false }));
    const counts = along.map((dim) => whole(g, dim, 4));
    const taps = along.map((dim) => part(g, `${dim}tap`, 3));
    const left = others.filter(() => chance(g));
    const x = float(g, [...along.map((dim) => whole(g, dim, 6)), ...left]);
    const taken = [...left, ...counts, ...taps];
    // Each dim of the windows is one of the other factor's or of the result, or both.
    // Of half of the cases they are those of a kernel.
    const usual = chance(g);
    const right = [...others, ...counts, ...taps].filter((d) => {
      return usual && !others.includes(d) ? taps.includes(d) : chance(g);
    });
    const all = [...taken, ...right.filter((d) => !taken.includes(d))];
    const shared = taken.filter((d) => right.includes(d));
    const gone = shared.filter((d) => (usual && taps.includes(d)) || chance(g));
    return {
      op: { kind: "convolution", attributes: { windows: windowed } },
      operands: [x, float(g, right)],
      results: [
        sliceOf(
          g,
          all.filter((d) => !gone.includes(d)),
        ),
      ],
    };
  },
  oneHot: (g) => {
    const dims = parts(g, ["a", "b"]);
    const dim = part(g, "v");
    const results = [sliceOf(g, [...dims, dim])];
    return {
      op: { kind: "oneHot", attributes: { dim: "v" } },
      operands: [ids(g, dims, dim.size)],
      results,
    };
  },
  gather: (g) => {
    const dim = part(g, "v", 6);
    const both = parts(g, ["s"]);
    const [rows, places] = [parts(g, ["a", "b"]), parts(g, ["i", "j"])];
    const table = numeric(g, [...rows, ...both, dim]);
    return {
      op: { kind: "gather", attributes: { dim: "v" } },
      operands: [table, ids(g, [...places, ...both], dim.size)],
      results: [sliceOf(g, [...rows, ...both, ...places], table.slice.dtype)],
    };
  },
  scatterAdd: (g) => {
    const dim = part(g, "v", 6);
    const both = parts(g, ["s"]);
    const [rows, places] = [parts(g, ["a", "b"]), parts(g, ["i", "j"])];
    const given = numeric(g, [...rows, ...both, ...places]);
    return {
      op: { kind: "scatterAdd", attributes: { dim: "v" } },
      operands: [given, ids(g, [...places, ...both], dim.size)],
      results: [sliceOf(g, [...rows, ...both, dim], given.slice.dtype)],
    };
  },
  scatterOnto: (g) => {
    const dim = part(g, "v", 6);
    const both = parts(g, ["s"]);
    const [rows, places] = [parts(g, ["a", "b"]), parts(g, ["i", "j"])];
    const x = numeric(g, [...rows, ...both, dim]);
    const given = operandOf(g, [...rows, ...both, ...places], x.slice.dtype);
    return {
      op: { kind: "scatterOnto", attributes: { dim: "v" } },
      operands: [x, given, ids(g, [...places, ...both], dim.size)],
      results: [sliceOf(g, [...rows, ...both, dim], x.slice.dtype)],
    };
  },
  scatter: (g) => {
    const dim = part(g, "v", 6);
    const both = parts(g, ["s"]);
    const [rows, places] = [parts(g, ["a", "b"]), parts(g, ["i", "j"])];
    const x = cargo(g, [...rows, ...both, dim]);
    const { dtype } = x.slice;
    const given = [...rows, ...both, ...places];
    const put = dtype === "float32" ? wild(g, given) : operandOf(g, given, dtype);
    return {
      op: { kind: "scatter", attributes: { dim: "v", distinct: false } },
      operands: [x, put, ids(g, [...places, ...both], dim.size)],
      results: [sliceOf(g, [...rows, ...both, dim], dtype)],
    };
  },
  argmax: (g) => {
    const dims = parts(g, ["a", "b"]);
    const all = [...dims, longRow(g)];
    return {
      op: { kind: "argmax", attributes: { over: "row" } },
      operands: [numeric(g, all)],
      results: [sliceOf(g, dims, "int32")],
    };
  },
  topK: (g) => {
    const dims = parts(g, ["a", "b"]);
    const row = longRow(g);
    const count = integer(g, 1, row.size);
    const all = [...dims, row];
    const x = numeric(g, all);
    const result = [...dims, { name: "k", size: count, begin: 0, local: count }];
    return {
      op: { kind: "topK", attributes: { over: "row", k: "k" } },
      operands: [x],
      results: [sliceOf(g, result, x.slice.dtype), sliceOf(g, result, "int32")],
    };
  },
  sort: (g) => {
    const all = [...parts(g, ["a", "b"]), whole(g, "row", 6)];
    const x = numeric(g, all);
    return {
      op: { kind: "sort", attributes: { over: "row", descending: chance(g) } },
      operands: [x],
      results: [sliceOf(g, all, x.slice.dtype), sliceOf(g, all, "int32")],
    };
  },
  cumsum: (g) => {
    const dims = [...parts(g, ["a", "b"]), whole(g, "row", 6)];
    const x = numeric(g, dims);
    const attributes = { over: "row", exclusive: chance(g), reverse: chance(g) };
    const results = [sliceOf(g, dims, x.slice.dtype)];
    return { op: { kind: "cumsum", attributes }, operands: [x], results };
  },
  softmax: alongRow("softmax", 1),
  softmaxGrad: alongRow("softmaxGrad", 2),
  logSoftmax: alongRow("logSoftmax", 1),
  logSoftmaxGrad: alongRow("logSoftmaxGrad", 2),
  logsumexp: (g) => {
    const dims = parts(g, ["a", "b"]);
    return {
      op: { kind: "logsumexp", attributes: { over: "row" } },
      operands: [float(g, [...dims, whole(g, "row", 6)])],
      results: [sliceOf(g, dims)],
    };
  },
  sumExp: (g) => {
    const dims = parts(g, ["a", "b"]);
    return {
      op: { kind: "sumExp", attributes: { over: "row" } },
      operands: [float(g, [...dims, part(g, "row", 6)]), float(g, dims)],
      results: [sliceOf(g, dims)],
    };
  },
  layerNorm: (g) => {
    const dims = parts(g, ["a", "b"]);
    const row = whole(g, "row", 6);
    const all = [...dims, row];
    return {
      op: { kind: "layerNorm", attributes: { over: "row", epsilon: pick(g, [0.125, 1]) } },
      // An infinite gain would make of rounding near 0 an infinity or NaN.
      operands: [float(g, all), operandOf(g, [row]), float(g, [row])],
      results: [sliceOf(g, all), sliceOf(g, dims), sliceOf(g, dims)],
    };
  },
  layerNormGrad: (g) => {
    const dims = parts(g, ["a", "b"]);
    const row = whole(g, "row", 6);
    const all = [...dims, row];
    return {
      op: { kind: "layerNormGrad", attributes: { over: "row" } },
      operands: [
        float(g, all),
        float(g, [row]),
        float(g, dims),
        within(g, dims, "float32", 0.125, 2),
        float(g, all),
      ],
      results: [sliceOf(g, all), sliceOf(g, [row]), sliceOf(g, [row])],
    };
  },
  crossEntropy: (g) => {
    const dims = parts(g, ["a", "b"]);
    const row = whole(g, "row", 6);
    return {
      op: { kind: "crossEntropy", attributes: { over: "row" } },
      operands: [float(g, [...dims, row]), ids(g, dims, row.size)],
      results: [sliceOf(g, dims), sliceOf(g, dims), sliceOf(g, dims)],
    };
  },
  crossEntropyGrad: (g) => {
    const dims = parts(g, ["a", "b"]);
    const row = part(g, "row", 6);
    return {
      op: { kind: "crossEntropyGrad", attributes: { over: "row" } },
      operands: [
        float(g, [...dims, row]),
        ids(g, dims, row.size),
        within(g, dims, "float32", 1, 6),
        within(g, dims, "float32", 2, 4),
        float(g, dims),
        float(g, dims),
      ],
      results: [sliceOf(g, [...dims, row])],
    };
  },
  flashAttention: (g) => attentionCase(g, "flashAttention"),
  flashAttentionGrad: (g) => attentionCase(g, "flashAttentionGrad"),
  pagedAttention: pagedAttentionCase,
  maskedAttention: maskedAttentionCase,
  adam: (g) => {
    const dims = parts(g, ["a", "b"]);
    const gate = chance(g) ? 1 : 0;
    const scalar = (min: number, max: number) => within(g, [], "float32", min, max);
    return {
      op: {
        kind: "adam",
        attributes: { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, decay: pick(g, [0, 0.125]) },
      },
      operands: [
        operandOf(g, dims),
        gate === 0 ? wild(g, dims) : operandOf(g, dims),
        operandOf(g, dims),
        within(g, dims, "float32", 0.125, 4),
        scalar(0.125, 1),
        scalar(0.125, 1),
        scalar(0.125, 1),
        scalar(gate, gate),
      ],
      results: [sliceOf(g, dims), sliceOf(g, dims), sliceOf(g, dims)],
    };
  },
};

/** Every kind that a backend computes. */
export const kinds = Object.keys(cases) as readonly LocalKind[];

/** The numbers of a case's operands. */
export function dataOf(given: KernelCase): readonly HostArray[] {
  return given.operands.map((operand) => operand.data);
}
