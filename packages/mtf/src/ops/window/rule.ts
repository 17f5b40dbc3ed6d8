import { dimsOf } from "../../graph/tensor.ts";
import type { Rule } from "../rule.ts";
import { addedUp, windowsOf } from "./windows.ts";

export const window: Rule<"window"> = {
  gradient: ({ attributes: { value: _, ...windows }, operands: [x] }, [dy]) => {
    const { size } = dimsOf(x!).find((d) => d.name === windows.dim)!;
    return [dy && addedUp(dy, windows, size)];
  },
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { dim, value } }) => ({
    ...(value === 0 && { linear: [[0]] }),
    windows: dim,
  }),
  flops: () => 0,
};

export const overlapAdd: Rule<"overlapAdd"> = {
  gradient: ({ attributes, operands: [windows] }, [dx]) => {
    const sizeOf = (name: string) => dimsOf(windows!).find((d) => d.name === name)!.size;
    const { dim, tap } = attributes;
    return [dx && windowsOf(dx, { ...attributes, value: 0 }, sizeOf(dim), sizeOf(tap))];
  },
  elements: "mixed",
  empty: "zero",
  partition: ({ attributes: { dim } }) => ({ linear: [[0]], windows: dim }),
};
