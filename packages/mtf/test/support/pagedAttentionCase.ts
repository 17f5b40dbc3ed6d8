import type { PagedAttending } from "../../src/graph/kinds.ts";
import {
  chance,
  type Draw,
  integer,
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

/** Attention to blocks, of which rows may lack some, by more tokens than a row has or by fewer. */
export function pagedAttentionCase(g: Draw): KernelCase {
  const small = g.crowd > 1;
  const rows = parts(g, ["a"]);
  const heads = parts(g, ["b"]);
  const groups = chance(g) ? [part(g, "group", small ? 2 : 3)] : [];
  const length = part(g, "length", pick(g, [1, small ? 2 : 12]));
  const kv = whole(g, "kv", small ? 2 : 21);
  const [block, offset] = [whole(g, "block", small ? 2 : 6), whole(g, "offset", small ? 2 : 5)];
  const page = whole(g, "page", small ? 2 : 5);
  const query = [...rows, ...heads, ...groups, length, kv];
  const pool = [block, offset, ...heads, kv];
  const attributes: PagedAttending = {
    ...{ along: "length", block: "block", offset: "offset", page: "page", within: "kv" },
    window: chance(g) ? null : integer(g, 1, 7),
  };
  // What is infinite must not meet a weight that is 0 but for rounding.
  const where = pick(g, ["scores", "values", "nowhere"]);
  const scored = (dims: readonly Part[]) => {
    const { slice, data } = where === "scores" ? wild(g, dims) : operandOf(g, dims);
    return { slice, data: data.map((x) => x / 8) };
  };
  const [least, most] = pick(g, [
    [0, block.size - 1],
    [-1, block.size],
  ]) as [number, number];
  const tokens = page.size * offset.size;
  const operands = [
    ...[scored(query), scored(pool)],
    where === "values" ? wild(g, pool) : operandOf(g, pool),
    within(g, [...rows, page], "int32", least, most),
    within(g, rows, "int32", 0, chance(g) ? tokens : Math.max(0, tokens - length.size)),
    within(g, rows, "int32", pick(g, [-1, length.size]), length.size + 1),
  ];
  return { op: { kind: "pagedAttention", attributes }, operands, results: [sliceOf(g, query)] };
}
