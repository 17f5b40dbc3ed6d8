import { extentsOf, stridesOf, union, walk, without } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";

/** Product of two tensors, summed over what the result lacks. On int32 everything wraps. */
export const einsum: Bind<"einsum"> = (_, [a, b], [result]) => {
  const kept = extentsOf(result!);
  const all = union(extentsOf(a!), extentsOf(b!));
  const summed = without(
    all,
    kept.map((e) => e.name),
  );
  const [outerA, innerA, outerB, innerB] = [a!, b!].flatMap((slice) => {
    const strides = stridesOf(extentsOf(slice));
    return [walk(kept, strides), walk(summed, strides)];
  }) as [Int32Array, Int32Array, Int32Array, Int32Array];
  const times = result!.dtype === "int32" ? Math.imul : (x: number, y: number) => x * y;
  return ([x, y], [out]) => {
    for (let i = 0; i < outerA.length; i++) {
      let total = 0;
      for (let j = 0; j < innerA.length; j++) {
        total += times(x![outerA[i]! + innerA[j]!]!, y![outerB[i]! + innerB[j]!]!);
      }
      out![i] = total;
    }
  };
};
