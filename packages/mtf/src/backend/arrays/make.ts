import { fillRandom } from "../../random/fill.ts";
import { foldKey } from "../../random/threefry.ts";
import { extentsOf, positions, walk } from "../slices/walk.ts";
import type { Bind } from "./kernel.ts";

/** One number everywhere. */
export const fill: Bind<"fill"> =
  ({ value }) =>
  (_, [out]) =>
    void out!.fill(value);

/** The slice's part of given numbers. */
export const literal: Bind<"literal"> = ({ data }, _, [result]) => {
  const strides: Record<string, number> = {};
  let stride = 1;
  let base = 0;
  for (let d = result!.dims.length - 1; d >= 0; d--) {
    const { name, size } = result!.dims[d]!;
    strides[name] = stride;
    base += result!.box[d]!.begin * stride;
    stride *= size;
  }
  const places = walk(extentsOf(result!), strides, base);
  return (_, [out]) => {
    for (let i = 0; i < places.length; i++) out![i] = data[places[i]!]!;
  };
};

/** Positions along the whole dim. */
export const iota: Bind<"iota"> = (_, __, [result]) => {
  const { begin } = result!.box[0]!;
  const numbers = positions(extentsOf(result!), result!.dims[0]!.name, begin);
  return (_, [out]) => void out!.set(numbers);
};

/** Random numbers by key and index in the whole tensor. */
export const random: Bind<"random"> = ({ distribution }, _, [result]) => {
  const { dims, box } = result!;
  return ([key], [out]) => fillRandom(out!, distribution, key!, dims, box);
};

/** A new key. */
export const fold: Bind<"fold"> =
  () =>
  ([key, data], [out]) =>
    void out!.set(foldKey(key!, data![0]!));
