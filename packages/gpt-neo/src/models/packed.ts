import { at, type Dimension, dimension, type Tensor } from "mtf";
import type { Config } from "../config/index.ts";
import { type Dims, usualDims } from "./dims.ts";

/** The dims of a model whose queries, keys and values are one matrix's. */
export interface PackedDims extends Dims {
  /** Which of the three it is. */
  readonly qkv: Dimension<"qkv">;
}

export function packedDims(config: Config, batch: number, length: number): PackedDims {
  return { ...usualDims(config, batch, length), qkv: dimension("qkv", 3) };
}

type PerHead = Tensor<"batch" | "length" | "heads" | "kv">;

/** Queries, keys and values, each on its own. */
export function unpacked(
  packed: Tensor<"batch" | "length" | "qkv" | "heads" | "kv">,
): readonly [query: PerHead, key: PerHead, value: PerHead] {
  return [at(packed, "qkv", 0), at(packed, "qkv", 1), at(packed, "qkv", 2)];
}
