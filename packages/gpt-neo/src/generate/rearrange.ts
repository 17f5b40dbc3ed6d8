import { type Dimension, dimension, gather, pad, placeholder, rename, type Tensor } from "mtf";
import type { Built } from "../built.ts";
import type { Config } from "../config/index.ts";
import type { Cache, Dims } from "../models/index.ts";
import { kept } from "./extend.ts";

/** The rows to take, by their places before: one may be taken several times, or not at all. */
export type Rearranging = readonly [cache: Cache, from: Tensor<"row", "int32">];

/** Takes rows of a cache to other places, of which there may be more or fewer, and makes room for more. */
export function rearranging(config: Config, from: Dims, to: Dims): Built<Rearranging, Cache> {
  const wanted = kept(config, to, placeholder);
  const moved = (x: Slots, from: Tensor<"row", "int32">, { size }: Dimension): Slots => {
    const rows = rename(gather(x, from, "batch"), "row", "batch");
    return pad(rows, "memory_length", 0, size - x.dims.memory_length.size);
  };
  return [
    (_, cache, places) =>
      cache.map(({ keys, values }, layer) => {
        const { memory_length } = wanted[layer]!.keys.dims;
        return {
          keys: moved(keys, places, memory_length),
          values: moved(values, places, memory_length),
        };
      }),
    [kept(config, from, placeholder), placeholder([dimension("row", to.batch.size)], "int32")],
    [1],
  ];
}

type Slots = Cache[number]["keys"];
