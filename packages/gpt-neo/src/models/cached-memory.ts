import { add, MtfError, scatter } from "mtf";
import type { AttentionType, Config } from "../config/index.ts";
import { checkBesideCache } from "./beside-cache.ts";
import { type Cache, keepingLayers, type LayerCache, slotsOf } from "./cache.ts";
import type { Dims } from "./dims.ts";
import type { Memory } from "./memory.ts";
import type { ForwardOptions } from "./model.ts";
import { positionsOf, type Ring, ringOf } from "./ring.ts";

/** The memory of tokens that go on from a cache. */
export function cachedMemory(
  config: Config,
  dims: Dims,
  { cache, ...others }: ForwardOptions & Required<Pick<ForwardOptions, "cache">>,
): Memory {
  checkBesideCache(others);
  checkSlots(config, dims, cache.layers);
  const positions = positionsOf(dims, cache);
  const ends = add(cache.before, cache.counts);
  const rings = new Map<AttentionType, Ring>();
  const places = new Map<number, number>();
  keepingLayers(config).forEach(({ layer, kind }, place) => {
    places.set(layer, place);
    if (rings.has(kind)) return;
    const window = kind === "local" ? config.window_size : undefined;
    const { memory_length } = cache.layers[place]!.keys.dims;
    rings.set(kind, ringOf(memory_length, positions, ends, window));
  });
  const kept: LayerCache[] = [];
  return {
    positions,
    of: (layer) => (newKeys, newValues) => {
      const place = places.get(layer)!;
      const { places: slots, visible } = rings.get(config.attention_layers[layer]!)!;
      const { keys, values } = cache.layers[place]!;
      const ids = { memory_length: slots };
      const all = { keys: scatter(keys, newKeys, ids), values: scatter(values, newValues, ids) };
      kept[place] = all;
      return { ...all, visible };
    },
    kept: () => ({ cache: kept }),
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
