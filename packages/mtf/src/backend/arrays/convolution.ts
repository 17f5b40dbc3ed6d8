import { volume } from "../../program/placement.ts";
import { windowedOf } from "../slices/windowed.ts";
import { einsum } from "./einsum.ts";
import type { Bind } from "./kernel.ts";
import { window } from "./windows.ts";

/** Windows of windows, and their product. */
export const convolution: Bind<"convolution"> = (attributes, operands, [result]) => {
  const [x, b] = operands;
  const taken = windowedOf(attributes, operands, result!);
  const steps = taken.map(({ op, slice }, i) => ({
    take: window(op.attributes, [taken[i - 1]?.slice ?? x!], [slice]),
    size: volume(slice.box),
  }));
  const multiply = einsum({}, [taken.at(-1)!.slice, b!], [result!]);
  return ([values, factors], [out]) => {
    const windows = steps.reduce((from, { take, size }) => {
      const to = new Float64Array(size);
      take([from!], [to]);
      return to;
    }, values!);
    multiply([windows!, factors!], [out!]);
  };
};
