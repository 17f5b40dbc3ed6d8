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

/** Pythia, and GPT-NeoX-20B: their tokenizer is a file of theirs. */
function neox(
  [num_layers, hidden_size, num_heads]: readonly [number, number, number],
  vocab_size: number,
  learning_rate: number,
  more: Readonly<Record<string, unknown>> = {},
): Preset {
  return {
    model_type: "gpt_neox",
    ...{ vocab_size, hidden_size, num_layers, num_heads, intermediate_size: 4 * hidden_size },
    max_position_embeddings: 2048,
    eos_token_id: 0,
    ...more,
    training: { tokenizer: null, batch_size: 8, learning_rate },
  };
}

function gpt2(num_layers: number, hidden_size: number, num_heads: number): Preset {
  const training = { tokenizer: "gpt2", batch_size: 8, learning_rate: 2.5e-4 };
  return { model_type: "gpt2", num_layers, hidden_size, num_heads, training };
}

/** Of the shapes of GPT-3: GPT-2's parts, twice as many positions, and no dropout. */
function gpt3(
  [num_layers, hidden_size, num_heads]: readonly [number, number, number],
  learning_rate: number,
): Preset {
  const none = { resid_dropout: 0, embed_dropout: 0, attention_dropout: 0 };
  const training = { tokenizer: "gpt2", batch_size: 8, learning_rate };
  const positions = { max_position_embeddings: 2048 };
  return {
    model_type: "gpt2",
    ...{ num_layers, hidden_size, num_heads, ...positions, ...none },
    training,
  };
}

const tiny: Preset = {
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
};

/** A GPT-Neo of whose layers every second is a mixture of experts, each as wide as its feed-forward layers. */
function mixtureOf(preset: Preset, layers: number, num_experts: number): Preset {
  const every = Array.from({ length: Math.floor(layers / 2) }, (_, i) => 2 * i + 1);
  const hidden_size = 4 * Number(preset.hidden_size);
  const moe = { layers: every, num_experts, hidden_size, second_policy_eval: "all" };
  return { model_type: "gpt_neo_mesh", ...preset, original: { moe } };
}

/**
 * The configs that have a name.
 *
 * @example
 * Object.keys(presets); // ["tiny", "125M", …]
 */
export const presets: Readonly<Record<string, Preset>> = {
  /** For tests: trains in seconds. */
  tiny,
  "tiny-moe": mixtureOf(tiny, 2, 4),
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
  "125M-moe": mixtureOf(released(768, 12, 12, 6e-4), 12, 8),
  "350M": released(1024, 24, 16, 3e-4),
  "1.3B": released(2048, 24, 16, 2e-4),
  "2.7B": released(2560, 32, 20, 1.6e-4),
  "13B": released(5120, 40, 40, 1e-4),
  "pythia-14m": neox([6, 128, 4], 50304, 1e-3),
  "pythia-31m": neox([6, 256, 8], 50304, 1e-3),
  "pythia-70m": neox([6, 512, 8], 50304, 1e-3),
  "pythia-160m": neox([12, 768, 12], 50304, 6e-4),
  "pythia-410m": neox([24, 1024, 16], 50304, 3e-4),
  "pythia-1b": neox([16, 2048, 8], 50304, 2.5e-4),
  "pythia-1.4b": neox([24, 2048, 16], 50304, 2e-4),
  "pythia-2.8b": neox([32, 2560, 32], 50304, 1.6e-4),
  "pythia-6.9b": neox([32, 4096, 32], 50432, 1.2e-4),
  "pythia-12b": neox([36, 5120, 40], 50688, 1.2e-4),
  "gpt-neox-20b": neox([44, 6144, 64], 50432, 9.7e-5, { activation_function: "gelu_fast" }),
  "gpt-j-6b": {
    model_type: "gptj",
    training: { tokenizer: "gpt2", batch_size: 8, learning_rate: 1.2e-4 },
  },
  gpt2: gpt2(12, 768, 12),
  "gpt2-medium": gpt2(24, 1024, 16),
  "gpt2-large": gpt2(36, 1280, 20),
  "gpt2-xl": gpt2(48, 1600, 25),
  "gpt3-small": gpt3([12, 768, 12], 6e-4),
  "gpt3-medium": gpt3([24, 1024, 16], 3e-4),
  "gpt3-large": gpt3([24, 1536, 16], 2.5e-4),
  "gpt3-xl": gpt3([24, 2048, 16], 2e-4),
  "gpt3-2.7B": gpt3([32, 2560, 32], 1.6e-4),
  "gpt3-6.7B": gpt3([32, 4096, 32], 1.2e-4),
  "gpt3-13B": gpt3([40, 5120, 40], 1e-4),
  "gpt3-175B": gpt3([96, 12288, 96], 6e-5),
};
