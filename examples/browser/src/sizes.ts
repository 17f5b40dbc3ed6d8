import type { WrittenConfig } from "gpt-neo";

/** A model to choose. */
export interface Size {
  readonly name: string;
  /** What to expect of it. */
  readonly says: string;
  readonly steps: number;
  readonly config: WrittenConfig;
}

type Training = NonNullable<WrittenConfig["training"]>;

/** A model of bytes: 256 of them, and the end of a text. */
function ofBytes(width: number, layers: number, context: number, training: Training) {
  return {
    vocab_size: 257,
    max_position_embeddings: context,
    hidden_size: width,
    num_layers: layers,
    num_heads: 4,
    // Layers that see a few bytes learn spelling at once; global ones first would take far longer.
    attention_types: [[["local", "global"], layers / 2]],
    window_size: 8,
    training: {
      tokenizer: "bytes",
      batch_size: 8,
      context,
      warmup_steps: 30,
      betas: [0.9, 0.99],
      decay_to: 0.05,
      eval_every: 50,
      eval_batches: 8,
      save_every: 100,
      ...training,
    },
  } satisfies WrittenConfig;
}

export const sizes: Readonly<Record<string, Size>> = {
  tiny: {
    name: "Tiny",
    says: "learns to spell in a minute",
    steps: 300,
    config: ofBytes(48, 2, 64, { learning_rate: 4e-3 }),
  },
  small: {
    name: "Small",
    says: "finds words and names in some minutes",
    steps: 800,
    config: ofBytes(128, 4, 128, { learning_rate: 2e-3 }),
  },
  medium: {
    name: "Medium",
    says: "wants a fast machine and a coffee",
    steps: 1500,
    config: ofBytes(256, 6, 128, { learning_rate: 1e-3 }),
  },
};

/** How many numbers a model learns. */
export function parametersOf({ config }: Size): number {
  const { hidden_size: width = 0, num_layers: layers = 0 } = config;
  const block = 12 * width * width + 13 * width - 3 * width;
  return (257 + (config.max_position_embeddings ?? 0)) * width + layers * block + 2 * width;
}
