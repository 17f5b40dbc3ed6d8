import type { Attending } from "../../src/graph/kinds.ts";
import {
  chance,
  type Draw,
  type Operand,
  operandOf,
  type Part,
  part,
  parts,
  pick,
  sliceOf,
  whole,
  wild,
  within,
} from "./draw.ts";
import type { KernelCase } from "./kernelCases.ts";

/** Attention of queries to keys that may have fewer dims, or its gradient. */
export function attentionCase(g: Draw, kind: "flashAttention" | "flashAttentionGrad"): KernelCase {
  const shared = parts(g, ["a", "b"]);
  const most = g.crowd > 1 ? 2 : 9;
  const [length, row, kv] = [part(g, "length", most), whole(g, "row", most), whole(g, "kv", most)];
  const rows = [...shared, ...(chance(g) ? [part(g, "group", Math.min(most, 3))] : []), length];
  const [query, keys] = [
    [...rows, kv],
    [...shared, row, kv],
  ];
  const attributes: Attending = {
    ...{ along: "length", over: "row", within: "kv" },
    ...{ causal: chance(g), bias: chance(g), segments: chance(g), rate: pick(g, [0, 0, 0.25]) },
  };
  // What is infinite must not meet a weight that is 0 but for rounding.
  const where = pick(g, ["scores", "values", "nowhere"]);
  const one = (dims: readonly Part[]) =>
    small(where === "scores" ? wild(g, dims) : operandOf(g, dims));
  const other = (dims: readonly Part[]) =>
    where === "values" ? wild(g, dims) : operandOf(g, dims);
  const added = [...rows, row].filter(() => chance(g));
  const segment = (dim: Part) => within(g, [...shared, dim], "int32", 0, 1);
  const operands = [
    ...[one(query), one(keys), other(keys)],
    ...(attributes.bias ? [one(added)] : []),
    ...(attributes.segments ? [segment(length), segment(row)] : []),
    ...(attributes.rate > 0 ? [within(g, [key], "int32", 0, 99)] : []),
  ];
  if (kind === "flashAttention") {
    const results = [sliceOf(g, query), sliceOf(g, rows)];
    return { op: { kind, attributes }, operands, results };
  }
  return {
    op: { kind, attributes },
    // Of such logarithms no weight is more than 1.
    operands: [...operands, other(query), within(g, rows, "float32", 5, 8), operandOf(g, rows)],
    results: [
      ...[query, keys, keys].map((dims) => sliceOf(g, dims)),
      ...(attributes.bias ? [sliceOf(g, added)] : []),
    ],
  };
}

const key: Part = { name: "~key", size: 2, begin: 0, local: 2 };

/** Numbers up to 1. */
function small({ slice, data }: Operand): Operand {
  return { slice, data: data.map((x) => x / 4) };
}
