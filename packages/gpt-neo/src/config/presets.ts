/** A config as a file would hold it: what it leaves out has its default. */
export type Preset = Readonly<Record<string, unknown>> & {
  readonly training: Readonly<Record<string, unknown>>;
};

/** What the released models have in common; the defaults are theirs. */
function released(
  hidden_size: number,
  num_layers: number,
  num_heads: number,
  learning_rate: number,
): Preset {
  const training = { tokenizer: "gpt2", batch_size: 8, learning_rate };
  return { hidden_size, num_layers, num_heads, training };
}

/**
 * The configs that have a name.
 *
 * @example
 * Object.keys(presets); // ["tiny", "125M", …]
 */
export const presets: Readonly<Record<string, Preset>> = {
  /** For tests: trains in seconds. */
  tiny: {
    vocab_size: 257,
    max_position_embeddings: 64,
    hidden_size: 32,
    num_layers: 2,
    num_heads: 4,
    window_size: 16,
    training: {
      tokenizer: "bytes",
      batch_size: 8,
      context: 64,
      steps: 100,
      learning_rate: 3e-3,
      warmup_steps: 10,
      eval_every: 50,
      eval_batches: 4,
      save_every: 50,
    },
  },
  /** What `npm start` trains on the bytes of a novel in a few minutes on two cores. */
  demo: {
    vocab_size: 257,
    max_position_embeddings: 128,
    hidden_size: 128,
    num_layers: 4,
    num_heads: 4,
    // Layers that see a few bytes learn spelling at once; global ones first would take far longer.
    attention_types: [[["local", "global"], 2]],
    window_size: 8,
    training: {
      tokenizer: "bytes",
      batch_size: 8,
      context: 128,
      steps: 1000,
      learning_rate: 2e-3,
      warmup_steps: 60,
      betas: [0.9, 0.99],
      decay_to: 0.05,
      eval_every: 100,
      eval_batches: 32,
      save_every: 250,
    },
  },
  "125M": released(768, 12, 12, 6e-4),
  "350M": released(1024, 24, 16, 3e-4),
  "1.3B": released(2048, 24, 16, 2e-4),
  "2.7B": released(2560, 32, 20, 1.6e-4),
};
