import type { Dimension } from "../../dimension.ts";
import type { Attending, Typed } from "../../graph/kinds.ts";
import { attendedOf } from "../flashAttention/operands.ts";
import { maskedOf } from "../maskedAttention/operands.ts";
import { pagedOf } from "../pagedAttention/operands.ts";
import type { Law } from "./law.ts";
import {
  asIn,
  dimOf,
  float32,
  floats,
  int32,
  integers,
  sameDims,
  union,
  without,
} from "./types.ts";

/** What is wrong with what attention reads, but for what follows. */
function faultOf(attributes: Attending, operands: readonly Typed[]): string | undefined {
  const { along, over, within, rate } = attributes;
  const { query, keys, values, bias, segments, key } = attendedOf(attributes, operands);
  const [own, others] = segments ?? [];
  if (!values) return `it has ${operands.length} operands`;
  const dims = union(operands);
  if (typeof dims === "string") return dims;
  if ([query, keys, values].some((x) => x.dtype !== "float32")) return "it is of floats";
  if (!dimOf(query, along) || dimOf(keys, along)) return `'${along}' is not the query's alone`;
  const apart = apartFault([query, keys, values], over, within);
  if (apart) return apart;
  const compared = [...without(query, within), ...without(keys, within)];
  const isBias = (x: Typed) => x.dtype === "float32" && hasAll({ ...x, dims: compared }, x.dims);
  if (attributes.bias && !(bias && isBias(bias))) return "the bias does not fit";
  if (!(rate >= 0 && rate < 1)) return `the rate is ${rate}`;
  if (rate > 0 && !(key?.dtype === "int32" && key.dims[0]?.name === "~key")) return "it has no key";
  const numbered = (x: Typed | undefined, of: Typed) =>
    x?.dtype === "int32" && without(of, within).length >= x.dims.length && hasAll(of, x.dims);
  const fits = numbered(own, query) && numbered(others, keys) && !dimOf(own!, within);
  return segments && !(fits && !dimOf(others!, within)) ? "the segments do not fit" : undefined;
}

/** What of queries, keys and values does not line up. */
function apartFault(
  [query, keys, values]: readonly [query: Typed, keys: Typed, values: Typed],
  over: string,
  within: string,
): string | undefined {
  if (!dimOf(keys, over) || dimOf(query, over)) return `'${over}' is not the keys' alone`;
  if (!dimOf(query, within) || !dimOf(keys, within)) return `there is no '${within}'`;
  if (without(keys, over).some((d) => !dimOf(query, d.name))) return "the keys have other dims";
  const same = sameDims(asIn(keys, values.dims), keys.dims);
  return same ? undefined : "keys and values differ in their dims";
}

function hasAll(x: Typed, dims: readonly Dimension[]): boolean {
  return dims.every((d) => dimOf(x, d.name));
}

export const flashAttention: Law<"flashAttention"> = {
  gives: (attributes, operands) => {
    const fault = faultOf(attributes, operands);
    if (fault) return fault;
    const { query, rest } = attendedOf(attributes, operands);
    if (rest.length > 0) return `it has ${operands.length} operands`;
    return [query, float32(without(query, attributes.within))];
  },
};

export const flashAttentionGrad: Law<"flashAttentionGrad"> = {
  gives: (attributes, operands) => {
    const fault = faultOf(attributes, operands);
    if (fault) return fault;
    const { query, keys, values, bias, rest } = attendedOf(attributes, operands);
    const [dy, ...rows] = rest;
    if (rest.length !== 3) return `it has ${operands.length} operands`;
    if (rest.some((x) => x.dtype !== "float32")) return "it is of floats";
    const outer = without(query, attributes.within);
    const fit = rows.every((x) => sameDims(asIn(float32(outer), x.dims), outer));
    if (!fit || !sameDims(asIn(query, dy!.dims), query.dims)) return "the gradient does not fit";
    return [query, keys, values, ...(bias ? [bias] : [])];
  },
};

export const maskedAttention: Law<"maskedAttention"> = {
  takes: [floats, floats, floats, ["bool"]],
  gives: ({ over, within }, operands) => {
    const { query, keys, values, visible } = maskedOf(operands);
    const dims = union(operands);
    if (typeof dims === "string") return dims;
    const apart = apartFault([query, keys, values], over, within);
    if (apart) return apart;
    const rows = without(visible, over);
    const fits = rows.length < visible.dims.length && hasAll(query, rows);
    return fits && !dimOf(visible, within) ? [query] : "the mask does not fit";
  },
};

export const pagedAttention: Law<"pagedAttention"> = {
  takes: [floats, floats, floats, integers, integers, integers],
  gives: ({ along, block, offset, page, within, window }, operands) => {
    const { query, keys, values, table, before, counts } = pagedOf(operands);
    const dims = union(operands);
    if (typeof dims === "string") return dims;
    const rows = without(table, page);
    const heads = without(keys, block, offset, within);
    if (![block, offset, within].every((name) => dimOf(keys, name))) return "keys lie in no blocks";
    if (!sameDims(asIn(keys, values.dims), keys.dims))
      return "keys and values differ in their dims";
    if (!dimOf(query, along) || !dimOf(query, within) || !dimOf(table, page)) return "dims lack";
    const own = [...rows, ...heads];
    if (own.some(({ name }) => name === along || !dimOf(query, name)))
      return "the query lacks dims";
    if (rows.some(({ name }) => name === within || dimOf(keys, name))) return "keys are a row's";
    if ([block, offset, page].some((name) => dimOf(query, name))) return "the query has blocks";
    const fit = [before, counts].every((x) => sameDims(asIn(int32(rows), x.dims), rows));
    if (!fit) return "the rows' tokens are not counted";
    return window === null || window > 0 ? [query] : `the window is ${window}`;
  },
};
