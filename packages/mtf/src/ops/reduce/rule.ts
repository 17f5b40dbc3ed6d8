import type { NodeOf } from "../../graph/node.ts";
import { type AnyTensor, dimsOf, tensorOf } from "../../graph/tensor.ts";
import { spread } from "../broadcast/broadcast.ts";
import { apply } from "../elementwise/apply.ts";
import { count } from "../iota/iota.ts";
import type { Rule } from "../rule.ts";
import { attains, reduction } from "./reduce.ts";

export const reduce: Rule<"reduce"> = {
  gradient: (node, [dy]) => {
    const x = node.operands[0]!;
    if (!dy) return [undefined];
    if (node.attributes.fn === "sum") return [spread(dy, dimsOf(x))];
    return [apply("where", firstExtreme(node), dy, 0)];
  },
  elements: "mixed",
  empty: ({ fn }) => (({ sum: "zero", max: "least", min: "greatest" }) as const)[fn],
  partition: ({ attributes: { fn } }) =>
    fn === "sum" ? { combine: fn, linear: [[0]] } : { combine: fn },
};

/** Marks the one element that counts as the extreme: the first of equals, row by row, or of NaNs. */
function firstExtreme(node: NodeOf<"reduce">): AnyTensor {
  const x = node.operands[0]!;
  const { over } = node.attributes;
  const reduced = dimsOf(x).filter((d) => over.includes(d.name));
  let position: AnyTensor | undefined;
  let stride = 1;
  for (const d of [...reduced].reverse()) {
    const along = stride === 1 ? count(d) : apply("mul", count(d), stride);
    position = position ? apply("add", along, position) : along;
    stride *= d.size;
  }
  const extreme = attains(x, tensorOf(node as never, 0));
  const first = reduction("min", apply("where", extreme, position!, stride), over);
  return apply("equal", position!, first);
}
