import { dimsOf } from "../../graph/tensor.ts";
import { apply } from "../elementwise/apply.ts";
import { count } from "../iota/iota.ts";
import { attains, reduction } from "../reduce/reduce.ts";
import type { Rule } from "../rule.ts";

export const argmax: Rule<"argmax"> = {
  gradient: () => [],
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { over } }) => ({ whole: [over] }),
  expand: ({ attributes: { over }, operands: [x] }) => {
    const dim = dimsOf(x!).find((d) => d.name === over)!;
    const position = apply(
      "where",
      attains(x!, reduction("max", x!, [over])),
      count(dim),
      dim.size,
    );
    return [reduction("min", position, [over])];
  },
};
