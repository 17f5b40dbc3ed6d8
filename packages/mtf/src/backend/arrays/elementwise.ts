import { extentsOf, walkSlice } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";
import { scalarFn } from "./scalar.ts";

/** A function of every element. */
export const elementwise: Bind<"elementwise"> = ({ fn, scalars }, operands, [result]) => {
  const extents = extentsOf(result!);
  const walks = operands.map((slice) => walkSlice(extents, slice));
  const apply = scalarFn(fn, operands.at(-1)?.dtype ?? result!.dtype);
  const arguments_ = scalars.map((scalar) => scalar ?? 0);
  const places = scalars.flatMap((scalar, i) => (scalar === null ? [i] : []));
  return (inputs, [out]) => {
    for (let i = 0; i < out!.length; i++) {
      for (let n = 0; n < places.length; n++) {
        arguments_[places[n]!] = inputs[n]![walks[n]![i]!]!;
      }
      out![i] = apply(...arguments_);
    }
  };
};
