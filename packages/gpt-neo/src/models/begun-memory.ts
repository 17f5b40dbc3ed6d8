import type { Config } from "../config/index.ts";
import type { Continued } from "./cache.ts";
import type { Dims } from "./dims.ts";
import { ofEachKind } from "./each-kind.ts";
import type { Memory } from "./memory.ts";
import { putInto } from "./put-into.ts";
import { newestPlaces, positionsOf } from "./ring.ts";

/**
 * The memory of tokens that rows of a cache begin with. Nothing is before them: they see each other as
 * without a cache, and what comes after them finds them in it.
 *
 * @param alone the memory of the tokens without a cache
 */
export function begunMemory(
  config: Config,
  dims: Dims,
  { layers, counts }: Omit<Continued, "before">,
  alone: Memory,
): Memory {
  const positions = positionsOf(dims, {});
  const places = ofEachKind(config, (_, place) =>
    newestPlaces(layers[place]!.keys.dims.memory_length, positions, counts),
  );
  const { put, kept } = putInto(config, layers, (kind) => places.get(kind)!);
  return {
    positions: alone.positions,
    of: (layer) => (keys, values) => {
      put(layer, keys, values);
      return alone.of(layer)(keys, values);
    },
    kept,
  };
}
