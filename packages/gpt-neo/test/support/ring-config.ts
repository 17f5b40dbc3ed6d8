import { type Config, parseConfig } from "../../src/config/index.ts";

/** A model whose local layer has a ring of 83 slots; caches have room for 128 tokens at first, and for 150 then. */
export function ringConfig(sizes: {
  readonly vocab_size: number;
  readonly initializer_range: number;
}): Config {
  return parseConfig({
    ...{ hidden_size: 6, num_layers: 2, num_heads: 3, ...sizes },
    ...{ max_position_embeddings: 150, window_size: 20 },
    attention_types: [[["local", "global"], 1]],
  });
}
