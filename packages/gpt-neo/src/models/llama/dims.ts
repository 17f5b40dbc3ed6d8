import { type Dimension, defineDims, dimension } from "mtf";
import type { Config } from "../../config/index.ts";
import { type Dims, usualDims } from "../dims.ts";

/** The dims of a model of which several queries share the keys and values of a head. */
export interface GroupedDims extends Dims {
  /** The queries of a head of keys. */
  readonly group: Dimension<"group">;
}

/** Heads are those of keys and values: each has as many queries as it takes to make all of them. */
export function groupedDims(config: Config, batch: number, length: number): GroupedDims {
  const { num_kv_heads, head_dim } = config.architecture;
  const heads = num_kv_heads ?? config.num_heads;
  return {
    ...usualDims(config, batch, length),
    ...defineDims({ heads, group: config.num_heads / heads }),
    ...(head_dim !== null && { kv: dimension("kv", head_dim) }),
  };
}
