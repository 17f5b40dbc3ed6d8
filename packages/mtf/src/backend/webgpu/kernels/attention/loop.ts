import type { Attending } from "../../../../graph/kinds.ts";
import { attendedOf, scoreDims } from "../../../../ops/flashAttention/operands.ts";
import type { Slice } from "../../../backend.ts";
import { type Extent, extentsOf, rangeIn, stridesOf, without } from "../../../slices/walk.ts";

/** How attention goes through slices. */
export interface Loop {
  /** The dims of queries that keys have as well, and those that they lack: such as groups of heads. */
  readonly shared: readonly Extent[];
  readonly groups: readonly Extent[];
  readonly queries: number;
  readonly keys: number;
  readonly depth: number;
  /** The place of the slice's first query in the whole. */
  readonly first: number;
  /** Of products with all keys of the whole, one line for each query: which line, and how long they are. */
  readonly lines: { readonly base: number; readonly strides: Readonly<Record<string, number>> };
  readonly memory: number;
}

export function loopOf(attributes: Attending, operands: readonly Slice[]): Loop {
  const { along, over, within } = attributes;
  const { query, keys } = attendedOf(attributes, operands);
  const outer = without(extentsOf(query), [along, within]);
  const inKeys = (e: Extent) => keys.dims.some(({ name }) => name === e.name);
  const { begin: first, size: queries } = rangeIn(query, along);
  const whole = scoreDims(attributes, query.dims, keys.dims);
  const rows = whole.filter(({ name }) => name !== over);
  const strides = stridesOf(rows);
  return {
    shared: outer.filter(inKeys),
    groups: outer.filter((e) => !inKeys(e)),
    queries,
    keys: rangeIn(keys, over).size,
    depth: rangeIn(query, within).size,
    first,
    lines: {
      base: rows.reduce((sum, { name }) => sum + rangeIn(query, name).begin * strides[name]!, 0),
      strides,
    },
    memory: whole.at(-1)!.size,
  };
}
