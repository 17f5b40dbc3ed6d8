import { dimsOf } from "../../graph/tensor.ts";
import type { Rule } from "../rule.ts";
import { sliced } from "../slice/slice.ts";

export const pad: Rule<"pad"> = {
  gradient: ({ attributes: { dim, before }, operands: [x] }, [dy]) => {
    const { size } = dimsOf(x!).find((d) => d.name === dim)!;
    return [dy && sliced(dy, dim, before, size)];
  },
  elements: "moved",
  empty: "computed",
  partition: ({ attributes: { dim, before, value } }) => ({
    ...(value === 0 && { linear: [[0]] }),
    move: { dim, offsets: [-before], fill: value },
  }),
  flops: () => 0,
};
