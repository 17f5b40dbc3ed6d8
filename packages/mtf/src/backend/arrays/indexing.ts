import type { HostArray } from "../../dtype.ts";
import type { Slice } from "../backend.ts";
import {
  extentsOf,
  positions,
  rangeIn,
  stridesOf,
  union,
  walk,
  walkSlice,
} from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";

/** 1 where the index is the position along the new dim. */
export const oneHot: Bind<"oneHot"> = ({ dim }, [ids], [result]) => {
  const extents = extentsOf(result!);
  const places = walk(extents, { ...stridesOf(extentsOf(ids!)), [dim]: 0 });
  const numbers = positions(extents, dim, rangeIn(result!, dim).begin);
  return ([id], [out]) => {
    for (let i = 0; i < places.length; i++) out![i] = id![places[i]!] === numbers[i] ? 1 : 0;
  };
};

/** Rows of a table, zeros for those that are not in the slice. Shared dims go together. */
export const gather: Bind<"gather"> = ({ dim }, [table, ids], [result]) => {
  const extents = extentsOf(result!);
  const { begin, size } = rangeIn(table!, dim);
  const strides = stridesOf(extentsOf(table!));
  const rows = walk(extents, { ...strides, [dim]: 0 });
  const places = walk(extents, stridesOf(extentsOf(ids!)));
  return ([values, id], [out]) => {
    for (let i = 0; i < rows.length; i++) {
      const row = id![places[i]!]! - begin;
      out![i] = row >= 0 && row < size ? values![rows[i]! + row * strides[dim]!]! : 0;
    }
  };
};

/** Rows in place of others; those that are not in the slice vanish, and of equals the last stays. */
export const scatter: Bind<"scatter"> = ({ dim }, [x, rows, ids], [result]) => {
  const all = extentsOf(result!);
  const kept = walkSlice(all, x!);
  const extents = union(extentsOf(ids!), extentsOf(rows!));
  const { begin, size } = rangeIn(result!, dim);
  const strides = stridesOf(all);
  const source = walk(extents, stridesOf(extentsOf(rows!)));
  const places = walk(extents, stridesOf(extentsOf(ids!)));
  const target = walk(extents, { ...strides, [dim]: 0 });
  return ([old, values, id], [out]) => {
    for (let i = 0; i < kept.length; i++) out![i] = old![kept[i]!]!;
    for (let i = 0; i < source.length; i++) {
      const row = id![places[i]!]! - begin;
      if (row >= 0 && row < size) out![target[i]! + row * strides[dim]!] = values![source[i]!]!;
    }
  };
};

/** Adds rows to a table of zeros; those that are not in the slice vanish. */
export const scatterAdd: Bind<"scatterAdd"> = ({ dim }, [rows, ids], [result]) => {
  const add = addingRows(dim, [rows!, ids!], result!);
  return ([values, id], [out]) => {
    out!.fill(0);
    add(values!, id!, out!);
  };
};

/** Adds rows to a table's; those that are not in the slice vanish. */
export const scatterOnto: Bind<"scatterOnto"> = ({ dim }, [x, rows, ids], [result]) => {
  const kept = walkSlice(extentsOf(result!), x!);
  const add = addingRows(dim, [rows!, ids!], result!);
  return ([old, values, id], [out]) => {
    for (let i = 0; i < kept.length; i++) out![i] = old![kept[i]!]!;
    add(values!, id!, out!);
  };
};

function addingRows(dim: string, [rows, ids]: readonly [rows: Slice, ids: Slice], table: Slice) {
  const extents = union(extentsOf(rows), extentsOf(ids));
  const { begin, size } = rangeIn(table, dim);
  const strides = stridesOf(extentsOf(table));
  const source = walk(extents, stridesOf(extentsOf(rows)));
  const places = walk(extents, stridesOf(extentsOf(ids)));
  const target = walk(extents, { ...strides, [dim]: 0 });
  return (values: HostArray, id: HostArray, out: HostArray): void => {
    for (let i = 0; i < source.length; i++) {
      const row = id[places[i]!]! - begin;
      if (row < 0 || row >= size) continue;
      const to = target[i]! + row * strides[dim]!;
      out[to] = out[to]! + values[source[i]!]!;
    }
  };
}
