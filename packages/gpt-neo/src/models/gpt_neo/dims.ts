import { defineDims } from "mtf";
import type { Config } from "../../config/index.ts";
import type { Dims } from "../dims.ts";
import { requireParts } from "./parts.ts";

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
