import { extentsOf, without } from "../slices/walk.ts";
import { ordered } from "./arrange.ts";
import type { Bind } from "./kernel.ts";

const kernels = {
  sum: ["Sum", "axis"],
  max: ["Max", "reductionIndices"],
  min: ["Min", "axis"],
} as const;

/** Sum, maximum or minimum over dims. */
export const reduce: Bind<"reduce"> = ({ fn, over }, [x], [result]) => {
  const extents = extentsOf(x!);
  const axes = extents.flatMap((e, i) => (over.includes(e.name) ? [i] : []));
  const order = ordered(without(extents, over), extentsOf(result!));
  const [kernel, axis] = kernels[fn];
  return (arena, [tensor]) => {
    if (axes.length === 0) return [order(arena, tensor!)];
    const reduced = arena.call(kernel, { x: tensor! }, { [axis]: axes, keepDims: false });
    return [order(arena, reduced)];
  };
};
