import { type Dimension, defineDims } from "mtf";
import type { Config } from "../config/index.ts";

/** The dims of a model, by the names that layouts use. */
export interface Dims {
  readonly batch: Dimension<"batch">;
  /** Positions of a sequence: of queries, and of everything that is not a key or value. */
  readonly length: Dimension<"length">;
  /** Positions of keys and values. */
  readonly memory_length: Dimension<"memory_length">;
  /** The residual stream. */
  readonly embd: Dimension<"embd">;
  /** Heads of keys and values. */
  readonly heads: Dimension<"heads">;
  /** One head's part of queries, keys and values. */
  readonly kv: Dimension<"kv">;
  /** Inside the feed-forward layer. */
  readonly ff: Dimension<"ff">;
  readonly vocab: Dimension<"vocab">;
}

/** The dim of models with a table of positions. */
export interface PositionDim {
  /** Rows of the table. */
  readonly position: Dimension<"position">;
}

export function positionDim(config: Config): PositionDim {
  return defineDims({ position: config.max_position_embeddings });
}

/** The dims of a model at work on `batch` sequences of `length` tokens. */
export function usualDims(config: Config, batch: number, length: number): Dims {
  return defineDims({
    batch,
    length,
    memory_length: length,
    embd: config.hidden_size,
    heads: config.num_heads,
    kv: config.hidden_size / config.num_heads,
    ff: config.intermediate_size ?? 4 * config.hidden_size,
    vocab: config.vocab_size,
  });
}
