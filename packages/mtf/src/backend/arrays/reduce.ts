import { extentsOf, only, stridesOf, walk } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";

const folds = {
  sum: (a: number, b: number) => a + b,
  max: (a: number, b: number) => Math.max(a, b),
  min: (a: number, b: number) => Math.min(a, b),
};

/** Sum, maximum or minimum over dims. A NaN is both the largest and the smallest. */
export const reduce: Bind<"reduce"> = ({ fn, over }, [x], [result]) => {
  const extents = extentsOf(x!);
  const strides = stridesOf(extents);
  const outer = walk(extentsOf(result!), strides);
  const inner = walk(only(extents, over), strides);
  const fold = folds[fn];
  return ([values], [out]) => {
    for (let i = 0; i < outer.length; i++) {
      const base = outer[i]!;
      let total = values![base]!;
      for (let j = 1; j < inner.length; j++) total = fold(total, values![base + inner[j]!]!);
      out![i] = total;
    }
  };
};
