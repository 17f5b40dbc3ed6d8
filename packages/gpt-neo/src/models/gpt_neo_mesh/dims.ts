import { type Dimension, defineDims } from "mtf";
import type { Config } from "../../config/index.ts";
import { type Dims, type PositionDim, positionDim, usualDims } from "../dims.ts";

/** The dims of a model with the original's options: those of its tables beside the usual ones. */
export interface MeshDims extends Dims, PositionDim {
  /** Rows of the two tables of positions. */
  readonly axial_dim_0: Dimension<"axial_dim_0">;
  readonly axial_dim_1: Dimension<"axial_dim_1">;
  /** Keys and values that are no token's. */
  readonly mem_kv: Dimension<"mem_kv">;
  readonly experts: Dimension<"experts">;
  /** Inside an expert. */
  readonly expert_hidden: Dimension<"expert_hidden">;
  /** Of a gated feed-forward layer, what is gated and the gate. */
  readonly side: Dimension<"side">;
}

/** A dim that a config has nothing for is 1 long, and no parameter's. */
export function meshDims(config: Config, batch: number, length: number): MeshDims {
  const { axial_pos_emb, num_mem_kv, moe } = config.original;
  const [axial_dim_0, axial_dim_1] = axial_pos_emb ?? [1, 1];
  return {
    ...usualDims(config, batch, length),
    ...positionDim(config),
    ...defineDims({ axial_dim_0, axial_dim_1, mem_kv: Math.max(1, num_mem_kv), side: 2 }),
    ...defineDims({ experts: moe?.num_experts ?? 1, expert_hidden: moe?.hidden_size ?? 1 }),
  };
}
