import { dimension, MtfError, type Tensor } from "mtf";
import type { AttentionType, Config } from "../config/index.ts";
import type { Dims } from "./dims.ts";

/** Keys or values of a layer, each token's in a slot of its own. */
export type Slots = Tensor<"batch" | "heads" | "memory_length" | "kv">;

/** What one layer keeps of the tokens that it has seen. */
export interface LayerCache {
  readonly keys: Slots;
  readonly values: Slots;
}

/**
 * What all layers that attend keep. The slots of a layer are a ring: the token at position p is in slot p modulo
 * their number, in place of one that nobody sees any more.
 */
export type Cache = readonly LayerCache[];

/** What a forward pass goes on from. Its tokens are put into the cache, and see what is there. */
export interface Continued {
  readonly layers: Cache;
  /**
   * How many tokens each row has already: the position of its next. Without it rows begin: their tokens
   * see each other alone, of which there may be more than a ring has slots.
   */
  readonly before?: Tensor<"batch", "int32">;
  /** How many of the tokens each row has; what is behind these is padding. */
  readonly counts: Tensor<"batch", "int32">;
}

/**
 * A cache for rows of at most `memory_length` tokens, which come in chunks of at most `length`. A local
 * layer has slots for its window alone, as the first token of a chunk sees it, and for the chunk.
 *
 * @param dims of the longest chunk
 * @param make what makes a tensor of dims: `placeholder`, or `zeros` for a cache to begin with
 * @throws MtfError `bad-argument` for a model whose tokens see those after them
 * @example
 * const dims = modelOf(config).dims(config, 8, 64, 1024); // 8 rows of 1,024 tokens, 64 at once
 * const begin = lower(() => cacheOf(config, dims, zeros), { layout, inputs: [] });
 */
export function cacheOf(
  config: Config,
  dims: Dims,
  make: (dims: readonly [Dims["batch"], Dims["heads"], Dims["memory_length"], Dims["kv"]]) => Slots,
): Cache {
  requireCausal(config);
  const { batch, heads, kv } = dims;
  return keepingLayers(config).map(({ kind }) => {
    const slots = dimension("memory_length", slotsOf(config, dims, kind));
    const layer = () => make([batch, heads, slots, kv]);
    return { keys: layer(), values: layer() };
  });
}

/** A layer that keeps something of the tokens that it has seen. */
export interface KeepingLayer {
  readonly layer: number;
  readonly kind: AttentionType;
}

/** The layers that attend: a cache has a place for each, and none for the others. */
export function keepingLayers({
  attention_layers,
}: Pick<Config, "attention_layers">): readonly KeepingLayer[] {
  return attention_layers
    .map((kind, layer) => ({ kind, layer }))
    .filter(({ kind }) => kind !== "none");
}

/** Where each of them has its place, by the layer. */
export function placesOfLayers(
  config: Pick<Config, "attention_layers">,
): ReadonlyMap<number, number> {
  return new Map(keepingLayers(config).map(({ layer }, place) => [layer, place]));
}

/** How many slots a layer of a kind needs. */
export function slotsOf(
  config: Config,
  { length, memory_length }: Dims,
  kind: AttentionType,
): number {
  if (kind !== "local") return memory_length.size;
  return Math.min(memory_length.size, config.window_size + length.size - 1);
}

/** Tokens that are seen by those before them cannot be added to what is kept of these. */
export function requireCausal({ original }: Config): void {
  if (original.causal) return;
  throw new MtfError("bad-argument", "the model's tokens see what comes after them too.", {
    evidence: [["original.causal", "false: it guesses masked tokens, and continues no text"]],
  });
}
