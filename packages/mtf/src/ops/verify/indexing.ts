import type { Law } from "./law.ts";
import { dimOf, int32, integers, like, numbers, replaced, union, without } from "./types.ts";

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
    if (!dimOf(table!, dim)) return `there is no '${dim}'`;
    const shared = ids!.dims.find((d) => dimOf(table!, d.name));
    if (shared) return `table and ids share '${shared.name}'`;
    return [like(table!, [...ids!.dims, ...without(table!, dim)])];
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
    return [like(rows!, [along, ...without(rows!, ...ids!.dims.map((d) => d.name))])];
  },
};

export const argmax: Law<"argmax"> = {
  takes: [numbers],
  gives: ({ over }, [x]) =>
    dimOf(x!, over) ? [int32(without(x!, over))] : `there is no '${over}'`,
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
