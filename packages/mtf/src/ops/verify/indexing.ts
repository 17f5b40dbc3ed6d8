import type { Law } from "./law.ts";
import {
  anything,
  asIn,
  dimOf,
  int32,
  integers,
  like,
  numbers,
  replaced,
  sameDims,
  union,
  without,
} from "./types.ts";

// Ops that find elements by their positions, or positions of elements.

export const oneHot: Law<"oneHot"> = {
  takes: [integers],
  gives: ({ dim }, [ids], [result]) => {
    const added = dimOf(result!, dim);
    if (!added || dimOf(ids!, dim)) return `'${dim}' is no new dim`;
    return [like(result!, [...ids!.dims, added])];
  },
};

export const gather: Law<"gather"> = {
  takes: [numbers, integers],
  gives: ({ dim }, [table, ids]) => {
    if (!dimOf(table!, dim) || dimOf(ids!, dim)) return `only the table has '${dim}'`;
    const dims = union([ids!, { ...table!, dims: without(table!, dim) }]);
    return typeof dims === "string" ? dims : [like(table!, dims)];
  },
};

export const scatterAdd: Law<"scatterAdd"> = {
  takes: [numbers, integers],
  gives: ({ dim }, [rows, ids], [table]) => {
    const along = dimOf(table!, dim);
    if (!along || dimOf(rows!, dim)) return `'${dim}' is no new dim`;
    const dims = union([rows!, ids!]);
    if (typeof dims === "string") return dims;
    if (dims.length !== rows!.dims.length) return "the rows lack a dim of the ids";
    const summed = without(ids!, ...table!.dims.map((d) => d.name));
    return [like(rows!, [along, ...without(rows!, ...summed.map((d) => d.name))])];
  },
};

export const scatterOnto: Law<"scatterOnto"> = {
  takes: [numbers, numbers, integers],
  gives: ({ dim }, [x, rows, ids]) => {
    if (!dimOf(x!, dim) || dimOf(rows!, dim)) return `only x has '${dim}'`;
    if (rows!.dtype !== x!.dtype) return `${x!.dtype} meets ${rows!.dtype}`;
    const dims = union([rows!, ids!, { ...x!, dims: without(x!, dim) }]);
    if (typeof dims === "string") return dims;
    return dims.length === rows!.dims.length ? [x!] : "the rows lack a dim";
  },
};

export const scatter: Law<"scatter"> = {
  takes: [anything, anything, integers],
  gives: ({ dim }, [x, rows, ids]) => {
    if (!dimOf(x!, dim) || dimOf(rows!, dim)) return `only x has '${dim}'`;
    if (rows!.dtype !== x!.dtype) return `${x!.dtype} meets ${rows!.dtype}`;
    const dims = union([ids!, { ...x!, dims: without(x!, dim) }]);
    if (typeof dims === "string") return dims;
    return sameDims(asIn({ ...x!, dims }, rows!.dims), dims) ? [x!] : "the rows' dims are others";
  },
};

export const argmax: Law<"argmax"> = {
  takes: [numbers],
  gives: ({ over }, [x]) =>
    dimOf(x!, over) ? [int32(without(x!, over))] : `there is no '${over}'`,
};

export const sort: Law<"sort"> = {
  takes: [numbers],
  gives: ({ over }, [x]) => (dimOf(x!, over) ? [x!, int32(x!.dims)] : `there is no '${over}'`),
};

export const topK: Law<"topK"> = {
  takes: [numbers],
  gives: ({ over, k }, [x], [values]) => {
    const [from, few] = [dimOf(x!, over), dimOf(values!, k)];
    if (!from || !few || few.size > from.size) return `there are no '${k}' of '${over}'`;
    const dims = replaced(x!, over, few);
    return [like(x!, dims), int32(dims)];
  },
};
