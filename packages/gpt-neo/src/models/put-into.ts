import { scatter } from "mtf";
import type { AttentionType, Config } from "../config/index.ts";
import { type Cache, type LayerCache, placesOfLayers } from "./cache.ts";
import type { Remember } from "./memory.ts";
import type { Positions } from "./ring.ts";

/** A cache that layers put their tokens into. */
export interface Filling {
  /** Puts keys and values of a layer's tokens, and gives all that the layer then has. */
  readonly put: (layer: number, ...tokens: globalThis.Parameters<Remember>) => LayerCache;
  /** What has been put, and what was there. */
  readonly kept: () => { readonly cache: Cache };
}

/**
 * @param places the slots that tokens go into, in layers of a kind; -1 for a token that goes nowhere
 */
export function putInto(
  config: Config,
  cache: Cache,
  places: (kind: AttentionType) => Positions,
): Filling {
  const at = placesOfLayers(config);
  const kept: LayerCache[] = [];
  return {
    put: (layer, newKeys, newValues) => {
      const place = at.get(layer)!;
      const { keys, values } = cache[place]!;
      const ids = { memory_length: places(config.attention_layers[layer]!) };
      const all = { keys: scatter(keys, newKeys, ids), values: scatter(values, newValues, ids) };
      kept[place] = all;
      return all;
    },
    kept: () => ({ cache: kept }),
  };
}
