import { elements } from "../../dimension.ts";
import { dimsOf } from "../../graph/tensor.ts";
import { padded } from "../pad/pad.ts";
import type { Rule } from "../rule.ts";

export const slice: Rule<"slice"> = {
  gradient: ({ attributes: { dim, begin }, operands: [x] }, [dy]) => {
    const { size } = dimsOf(x!).find((d) => d.name === dim)!;
    return [dy && padded(dy, dim, begin, size, 0)];
  },
  elements: "moved",
  empty: "zero",
  partition: ({ attributes: { dim, begin } }) => ({
    linear: [[0]],
    move: { dim, offsets: [begin], fill: 0 },
  }),
  flops: () => 0,
  touches: ({ results: [taken] }) => 2 * elements(taken!.dims),
};
