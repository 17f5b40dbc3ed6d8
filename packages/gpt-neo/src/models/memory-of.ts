import { rename } from "mtf";
import type { Config } from "../config/index.ts";
import { cachedMemory } from "./cached-memory.ts";
import type { Dims } from "./dims.ts";
import type { Memory } from "./memory.ts";
import type { ForwardOptions } from "./model.ts";
import { pagedMemory } from "./paged-memory.ts";
import { causalMasks, type Masks, visibility } from "./visible.ts";

/**
 * The memory of a forward pass, as its options say.
 *
 * @param masks where tokens look, but for what options forbid; by default at what is before them
 */
export function memoryOf(
  config: Config,
  dims: Dims,
  options: ForwardOptions,
  masks: Masks = causalMasks(config, dims),
): Memory {
  const { cache, paged, ...others } = options;
  if (cache) return cachedMemory(config, dims, { cache, ...others });
  if (paged) return pagedMemory(config, dims, { paged, ...others });
  const visible = visibility(masks, options);
  return {
    positions: options.positions,
    of: (layer) => (keys, values) => ({
      keys: rename(keys, "length", "memory_length"),
      values: rename(values, "length", "memory_length"),
      visible: visible(config.attention_layers[layer]!),
    }),
    kept: () => ({}),
  };
}
