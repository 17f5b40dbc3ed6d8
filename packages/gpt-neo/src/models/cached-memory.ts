import { add, MtfError } from "mtf";
import type { Config } from "../config/index.ts";
import { type Cache, type Continued, keepingLayers, slotsOf } from "./cache.ts";
import type { Dims } from "./dims.ts";
import { ofEachKind } from "./each-kind.ts";
import type { Memory } from "./memory.ts";
import { putInto } from "./put-into.ts";
import { positionsOf, ringOf } from "./ring.ts";

/** The memory of tokens that go on from a cache. */
export function cachedMemory(config: Config, dims: Dims, cache: Required<Continued>): Memory {
  checkSlots(config, dims, cache.layers);
  const positions = positionsOf(dims, cache);
  const ends = add(cache.before, cache.counts);
  const rings = ofEachKind(config, (kind, place) => {
    const window = kind === "local" ? config.window_size : undefined;
    const { memory_length } = cache.layers[place]!.keys.dims;
    return ringOf(memory_length, positions, ends, window);
  });
  const { put, kept } = putInto(config, cache.layers, (kind) => rings.get(kind)!.places);
  return {
    positions,
    of: (layer) => (keys, values) => {
      const { visible } = rings.get(config.attention_layers[layer]!)!;
      return { ...put(layer, keys, values), visible };
    },
    kept,
  };
}

/** A ring that is too short would lose what tokens of a chunk still see. */
function checkSlots(config: Config, dims: Dims, cache: Cache): void {
  for (const [place, { layer, kind }] of keepingLayers(config).entries()) {
    const needed = slotsOf(config, dims, kind);
    const { size } = cache[place]?.keys.dims.memory_length ?? { size: 0 };
    if (size >= needed) continue;
    const told = `forward: layer ${layer} keeps ${size} tokens, too few for ${dims.length.size} at once.`;
    throw new MtfError("bad-argument", told, {
      evidence: [["needed", `${needed}, the layer being ${kind}`]],
      try: ["cacheOf(config, dims, placeholder) with dims of the longest chunk"],
    });
  }
}
