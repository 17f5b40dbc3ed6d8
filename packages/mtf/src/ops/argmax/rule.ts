import { dimsOf } from "../../graph/tensor.ts";
import { apply } from "../elementwise/apply.ts";
import { count } from "../iota/iota.ts";
import { reduction } from "../reduce/reduce.ts";
import type { Rule } from "../rule.ts";

export const argmax: Rule<"argmax"> = {
  gradient: () => [],
  partition: ({ attributes: { over } }) => ({ whole: [over] }),
  expand: ({ attributes: { over }, operands: [x] }) => {
    const dim = dimsOf(x!).find((d) => d.name === over)!;
    const largest = apply("equal", x!, reduction("max", x!, [over]));
    const position = apply("where", largest, count(dim), dim.size);
    return [reduction("min", position, [over])];
  },
};
