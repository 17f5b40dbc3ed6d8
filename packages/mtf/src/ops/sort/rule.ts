import { elements } from "../../dimension.ts";
import { dimsOf, tensorOf } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { addRows } from "../gather/gather.ts";
import { renamed } from "../rename/rename.ts";
import type { Rule } from "../rule.ts";

// A name that no dimension of a user can have.
const sorted = "~sorted";

export const sort: Rule<"sort"> = {
  gradient: (node, [dvalues]) => {
    if (!dvalues) return [];
    const { over } = node.attributes;
    const dims = dimsOf(node.operands[0]!);
    const dim = dims.find((d) => d.name === over)!;
    const rest = dims.filter((d) => d !== dim).map((d) => d.name);
    const places = renamed(tensorOf(node as never, 1), over, sorted);
    return [spread(addRows(renamed(dvalues, over, sorted), places, dim, rest), dims)];
  },
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { over } }) => ({ whole: [over] }),
  // As many comparisons for each element as its position has bits.
  flops: ({ attributes: { over }, results: [values] }) => {
    const size = values!.dims.find((d) => d.name === over)!.size;
    return elements(values!.dims) * (1 + Math.ceil(Math.log2(size)));
  },
};
