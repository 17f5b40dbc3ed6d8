import type { Source } from "../data/source.ts";
import type { ActivationName } from "./activation-names.ts";
import type { Architecture } from "./architecture.ts";
import type { InitialWeights } from "./initial-weights.ts";
import type { Masking } from "./masking.ts";
import type { OptimizerName } from "./optimizer-names.ts";
import type { OriginalParts } from "./original-parts.ts";
import type { ScheduleName } from "./schedule-names.ts";

/** `[["global", "local"], 6]`: a pattern of layers, and how often it is repeated. */
export type AttentionTypes = readonly (readonly [readonly AttentionType[], number])[];

/** Linear attention, and layers without any, are those of `gpt_neo_mesh`. */
export type AttentionType = "global" | "local" | "linear" | "none";

/**
 * Architectures, as Hugging Face names them, and one that it has not: GPT-Neo with the options of the
 * original on Mesh-TensorFlow.
 */
export type ModelType =
  | "gpt_neo"
  | "gpt_neo_mesh"
  | "gpt2"
  | "gpt_neox"
  | "gptj"
  | "llama"
  | "mistral";

/**
 * Everything that describes a model and its training. The first part is Hugging Face's
 * `GPTNeoConfig`, key for key; `architecture` is in NeoX's words, `training` is ours.
 */
export interface Config {
  readonly vocab_size: number;
  readonly max_position_embeddings: number;
  readonly hidden_size: number;
  readonly num_layers: number;
  readonly num_heads: number;
  readonly attention_types: AttentionTypes;
  /** `attention_types`, written out layer by layer. */
  readonly attention_layers: readonly AttentionType[];
  /** The positions a local layer sees, its own included. */
  readonly window_size: number;
  /** The width of a layer's inner part; null is 4 × `hidden_size`. */
  readonly intermediate_size: number | null;
  readonly activation_function: ActivationName;
  readonly layer_norm_epsilon: number;
  /** The standard deviation of initial weights. */
  readonly initializer_range: number;
  readonly resid_dropout: number;
  readonly embed_dropout: number;
  readonly attention_dropout: number;
  readonly bos_token_id: number;
  /** The id that ends a document. */
  readonly eos_token_id: number;
  /** Others that end a text as well when one is generated. */
  readonly more_eos_token_ids: readonly number[];
  readonly pad_token_id: number | null;
  /** Whether the output shares the embedding's weights. */
  readonly tie_word_embeddings: boolean;
  readonly model_type: ModelType;
  readonly architectures: readonly string[];
  /** Keys of Hugging Face's that mean nothing here; they are kept as they came. */
  readonly other: Readonly<Record<string, unknown>>;
  /** What the model is made of: GPT-Neo's unless a config asks for other parts. */
  readonly architecture: Architecture;
  /** The original's own options; those of `gpt_neo_mesh`. */
  readonly original: OriginalParts;
  readonly training: Training;
}

export interface Training {
  /** What to train on; null where the command line says. */
  readonly data: readonly Source[] | null;
  /** Files to validate with; null holds back a part of `data` instead. */
  readonly validation_data: readonly string[] | null;
  /**
   * What turns text into ids: `bytes`, `gpt2`, a `tokenizer.json` or a folder with one; null where
   * the vocabulary belongs to none that is known.
   */
  readonly tokenizer: string | null;
  /** How matrices begin; null is normal with `initializer_range`. */
  readonly initial_weights: InitialWeights | null;
  /** Whether the first id of a document is predicted from the end of the one before. */
  readonly cross_document_loss: boolean;
  /** Whether tokens see documents before their own in a sample. */
  readonly cross_document_attention: boolean;
  /** Whether positions begin at 0 again in each document of a sample. */
  readonly reset_positions: boolean;
  /** Samples a step. */
  readonly batch_size: number;
  /** Tokens a sample. */
  readonly context: number;
  readonly steps: number;
  /** The parts a step's batch is computed in, one after the other. */
  readonly grad_accumulation: number;
  /**
   * Whether the gradient computes each block again, and logits are of some positions at a time: less memory
   * for more time, the same result.
   */
  readonly recompute: boolean;
  /** The highest learning rate, reached after `warmup_steps`. */
  readonly learning_rate: number;
  readonly schedule: ScheduleName;
  /** null is a tenth of all steps, at most 3,000. */
  readonly warmup_steps: number | null;
  /** What the learning rate falls to by `decay_steps`, as a part of the highest. */
  readonly decay_to: number;
  /** The step at which the decay ends; null is the last one. */
  readonly decay_steps: number | null;
  /** The steps that `warmup_stable_decay` decays in, its last; null is a fifth of all. */
  readonly cooldown_steps: number | null;
  readonly optimizer: OptimizerName;
  /** How much Muon keeps of its mean of gradients; what is no matrix takes AdamW's steps. */
  readonly muon_momentum: number;
  /** Patterns of the paths of parameters that do not decay, beside biases and gains. */
  readonly no_decay: readonly string[];
  /** Patterns of paths, and what the learning rate of such parameters is multiplied by; 0 keeps them. */
  readonly rates: readonly (readonly [pattern: string, factor: number])[];
  /** How much an average of weights keeps of itself in a step; it is the model then. null is none. */
  readonly ema: number | null;
  /** How much Adafactor keeps of its means of squares in a step; null is 1 - steps^-0.8. */
  readonly adafactor_decay_rate: number | null;
  /** How much Adafactor keeps of its mean of steps; null keeps no such mean. */
  readonly adafactor_momentum: number | null;
  /** Added to squared gradients by Adafactor. */
  readonly adafactor_epsilon: number;
  /** The least root mean square that Adafactor takes a parameter to have. */
  readonly adafactor_least_scale: number;
  readonly weight_decay: number;
  /** Whether the final norm's gain and bias decay with the matrices; other gains and biases never do. */
  readonly decay_final_norm: boolean;
  /**
   * Whether words and positions are dropped apart, and weights of attention in global layers alone, as
   * the original did; models of type `gpt_neo_mesh` always do.
   */
  readonly dropout_apart: boolean;
  readonly betas: readonly [number, number];
  readonly epsilon: number;
  /** Whether Adam makes good for its means beginning at 0. */
  readonly bias_correction: boolean;
  /** Each number of a gradient is held within it on both sides of 0; null leaves them. */
  readonly clip_value: number | null;
  /** The most that the gradient of an output's weights is to their norm; null is no limit. */
  readonly clip_adaptive: number | null;
  /** Gradients of a larger global norm are scaled down to it; null leaves them. */
  readonly clip_norm: number | null;
  /** What the probability of a token is in the loss: the softmax of logits, or their 1.3-entmax. */
  readonly loss: "cross_entropy" | "entmax";
  /** Which tokens are hidden and guessed; null predicts what follows each. */
  readonly masking: Masking | null;
  /** How much the squared logsumexp of a prediction's logits counts in the loss trained on. */
  readonly z_loss: number;
  /** The part of the data that is held back to validate with. */
  readonly validation: number;
  readonly eval_every: number;
  /** Batches a validation looks at; null is all of them. */
  readonly eval_batches: number | null;
  readonly save_every: number;
  /** Steps that are saved as well, and kept when others are removed; 0 is before the first. */
  readonly extra_saves: readonly number[];
  /** The run ends, to be resumed, whenever as many steps are behind it; null lets it go on. */
  readonly exit_every: number | null;
  readonly seed: number;
  /** As on the command line: `data:2,model:2`; null lets the machine decide. */
  readonly mesh: string | null;
  readonly layout: string | null;
  readonly storage: string | null;
}
