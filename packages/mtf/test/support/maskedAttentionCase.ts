import {
  chance,
  type Draw,
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

/** Attention under a mask that shows runs of keys, or of some queries none, in any order of dims. */
export function maskedAttentionCase(g: Draw): KernelCase {
  const small = g.crowd > 1;
  const rows = parts(g, ["a"]);
  const heads = parts(g, ["b"]);
  const groups = chance(g) ? [part(g, "group", small ? 2 : 3)] : [];
  const length = part(g, "length", pick(g, [1, small ? 2 : 4]));
  const kv = whole(g, "kv", small ? 2 : 37);
  const memory = whole(g, "memory", small ? 3 : 11);
  const query = [...rows, ...heads, ...groups, length, kv];
  const cache = chance(g) ? [...rows, ...heads, memory, kv] : [memory, kv, ...heads, ...rows];
  const seen = [...rows, ...(chance(g) ? [length] : []), ...(chance(g) ? heads : [])];
  const mask = chance(g) ? [...seen, memory] : [memory, ...seen];
  // What is infinite must not meet a weight that is 0 but for rounding.
  const where = pick(g, ["scores", "values", "nowhere"]);
  const scored = (dims: readonly Part[]) => {
    const { slice, data } = where === "scores" ? wild(g, dims) : operandOf(g, dims);
    return { slice, data: data.map((x) => x / 8) };
  };
  const most = pick(g, [0, 1, 1]);
  const operands = [
    ...[scored(query), scored(cache)],
    where === "values" ? wild(g, cache) : operandOf(g, cache),
    within(g, mask, "bool", pick(g, [0, 0, most]), most),
  ];
  const attributes = { over: "memory", within: "kv" };
  return { op: { kind: "maskedAttention", attributes }, operands, results: [sliceOf(g, query)] };
}
