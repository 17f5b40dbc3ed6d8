import { type Dimension, defineDims } from "mtf";
import type { Config } from "./config/index.ts";
import { requireParts } from "./model-parts.ts";

/** The dims of a GPT-Neo, by the names that layouts use. */
export interface Dims {
  readonly batch: Dimension<"batch">;
  /** Positions of a sequence: of queries, and of everything that is not a key or value. */
  readonly length: Dimension<"length">;
  /** Positions of keys and values. */
  readonly memory_length: Dimension<"memory_length">;
  /** Rows of the position table. */
  readonly position: Dimension<"position">;
  /** The residual stream. */
  readonly embd: Dimension<"embd">;
  readonly heads: Dimension<"heads">;
  /** One head's part of queries, keys and values. */
  readonly kv: Dimension<"kv">;
  /** Inside the feed-forward layer. */
  readonly ff: Dimension<"ff">;
  readonly vocab: Dimension<"vocab">;
}

/**
 * The dims of a model at work on `batch` sequences of `length` tokens.
 *
 * @throws MtfError `bad-argument` if the config asks for another model than GPT-Neo
 * @example
 * const { batch, length, embd } = dimsOf(config, 8, 1024);
 */
export function dimsOf(config: Config, batch: number, length: number): Dims {
  requireParts(config);
  return defineDims({
    batch,
    length,
    memory_length: length,
    position: config.max_position_embeddings,
    embd: config.hidden_size,
    heads: config.num_heads,
    kv: config.hidden_size / config.num_heads,
    ff: config.intermediate_size ?? 4 * config.hidden_size,
    vocab: config.vocab_size,
  });
}
