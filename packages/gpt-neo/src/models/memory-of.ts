import { rename } from "mtf";
import type { Config } from "../config/index.ts";
import { begunMemory } from "./begun-memory.ts";
import { checkBesideCache } from "./beside-cache.ts";
import { cachedMemory } from "./cached-memory.ts";
import type { Dims } from "./dims.ts";
import type { Memory } from "./memory.ts";
import type { ForwardOptions } from "./model.ts";
import { pagedMemory } from "./paged-memory.ts";
import { causalMasks, type Masks, type Reach, visibility } from "./visible.ts";

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
  if (cache || paged) checkBesideCache(others);
  if (paged) return pagedMemory(config, dims, paged);
  const alone = () => memoryAlone(config, dims, others, masks);
  if (!cache) return alone();
  const { before } = cache;
  return before
    ? cachedMemory(config, dims, { ...cache, before })
    : begunMemory(config, dims, cache, alone());
}

/** The memory of tokens that see each other alone. */
function memoryAlone(
  config: Config,
  dims: Dims,
  options: Omit<ForwardOptions, "cache" | "paged">,
  masks: Masks,
): Memory {
  const visible = visibility(masks, options);
  const { documents, attended } = options;
  const unmasked = attended === undefined;
  const blocks = unmasked && isFarLonger(dims, masks.near);
  const many = unmasked && dims.length.size >= leastInBlocks;
  return {
    positions: options.positions,
    of: (layer) => (keys, values) => {
      const kind = config.attention_layers[layer]!;
      return {
        keys: rename(keys, "length", "memory_length"),
        values: rename(values, "length", "memory_length"),
        visible: visible(kind),
        ...(blocks && kind === "local" && { near: { ...masks.near, keys, values, documents } }),
        ...(many && kind === "global" && { all: { causal: masks.causal, documents } }),
      };
    },
    kept: () => ({}),
  };
}

/** Fewer tokens see each other as fast at once as in blocks. */
const leastInBlocks = 256;

/** Whether what is near is worth being looked at alone: of less, blocks and their margins are about all. */
function isFarLonger({ length }: Dims, { back, ahead }: Reach): boolean {
  return length.size > 2 * (back + ahead + 1);
}
