import { type Dimension, defineDims, type Tensor } from "mtf";
import type { Config } from "../config/index.ts";
import { keepingLayers, requireCausal } from "./cache.ts";
import type { Dims } from "./dims.ts";

/** Keys or values of a layer, those of a few tokens in each block. */
export type Blocks = Tensor<"block" | "offset" | "heads" | "kv">;

/** What one layer keeps of the tokens of all rows. */
export interface LayerPool {
  readonly keys: Blocks;
  readonly values: Blocks;
}

/** What all layers keep: a block has the same tokens in each of them. */
export type Pool = readonly LayerPool[];

/**
 * What a forward pass goes on from: rows of tokens whose keys and values are in blocks of a pool, each
 * row's in some of its own or in some that it shares. Its tokens are put there, and see what is there.
 */
export interface Paged {
  readonly pool: Pool;
  /** The blocks of each row in the order of its tokens, those for the new ones too; then -1. */
  readonly table: Tensor<"batch" | "page", "int32">;
  /** How many tokens each row has already: the position of its next. */
  readonly before: Tensor<"batch", "int32">;
  /** How many of the tokens each row has; what is behind these is padding. */
  readonly counts: Tensor<"batch", "int32">;
}

/** How many blocks a pool has, and how many tokens each of them. */
export interface PoolSize {
  readonly block: Dimension<"block">;
  readonly offset: Dimension<"offset">;
}

/** The dims that a layout may name for a pool, beside a model's; a layout takes any size. */
export const poolDims: Pick<PoolSize, "block"> = /* @__PURE__ */ defineDims({ block: 1 });

/**
 * A pool of blocks. Local layers have as many as others, since a block is given out for all layers
 * at once; they read only those that their window reaches.
 *
 * @param dims of heads and of what is in them; others do not matter
 * @param size how many blocks there are, and how many tokens are in each
 * @param make what makes a tensor of dims: `placeholder`, or `zeros` for a pool to begin with
 * @example
 * const size = defineDims({ block: 128, offset: 16 });
 * const begin = lower(() => poolOf(config, dims, size, zeros), { layout, inputs: [] });
 */
export function poolOf(
  config: Config,
  dims: Pick<Dims, "heads" | "kv">,
  size: PoolSize,
  make: (
    dims: readonly [PoolSize["block"], PoolSize["offset"], Dims["heads"], Dims["kv"]],
  ) => Blocks,
): Pool {
  const blocks = () => make([size.block, size.offset, dims.heads, dims.kv]);
  requireCausal(config);
  return keepingLayers(config).map(() => ({ keys: blocks(), values: blocks() }));
}
