import { dimsOf } from "../../graph/tensor.ts";
import type { Rule } from "../rule.ts";
import { sliced } from "../slice/slice.ts";
import { padded } from "./pad.ts";

export const pad: Rule<"pad"> = {
  gradient: ({ attributes: { dim, before }, operands: [x] }, [dy]) => {
    const { size } = dimsOf(x!).find((d) => d.name === dim)!;
    if (!dy) return [];
    const whole = dimsOf(dy).find((d) => d.name === dim)!.size;
    const within = before >= 0 && before + size <= whole;
    return [within ? sliced(dy, dim, before, size) : padded(dy, dim, 0 - before, size, 0)];
  },
  elements: "moved",
  empty: "computed",
  partition: ({ attributes: { dim, before, value } }) => ({
    ...(value === 0 && { linear: [[0]] }),
    move: { dim, offsets: [-before], fill: value },
  }),
  flops: () => 0,
};
