import {
  always,
  isOff,
  type KeyNote,
  type Keys,
  mustBeOff,
  noTasks,
  note,
  printed,
  problem,
  type Rule,
  unlessOff,
} from "./key-rules.ts";

const kept: Rule = () => undefined;
const mlm: Rule = unlessOff("belongs to masked training, which the original could not do");
const prediction = "the original's sampling at checkpoints has no counterpart: use generate";
const path = "is a place on the machines it was trained on";

/** Every key that the original's code or its shipped configs mention. */
const rules: Readonly<Record<string, Rule>> = {
  // The model.
  n_embd: kept,
  n_head: kept,
  n_layer: kept,
  n_vocab: kept,
  n_ctx: kept,
  n_positions: (value, keys) =>
    keys.n_ctx !== undefined && keys.n_ctx !== value
      ? problem(`is ${printed(value)}, but n_ctx is ${printed(keys.n_ctx)}`)
      : undefined,
  attention_types: attentionTypes,
  local_attention_radius: kept,
  embed_dropout: unlessOff("was drawn for tokens and positions apart; here once for their sum"),
  attn_dropout: unlessOff("applied to global layers only; here to all"),
  res_dropout: kept,
  eos_id: kept,
  padding_id: always("padding is told by a mask here, never by an id"),
  activation_function: always(
    "was never read; the original computed gelu in its tanh form, which gelu_new is",
  ),
  activation_fn: (value) =>
    value === "gelu" ? undefined : problem(`is ${printed(value)}; the format knows gelu`),
  scale_by_depth: kept,
  scale_by_in: kept,
  rotary_emb: (value) => {
    if (value === undefined || value === null) return undefined;
    const surprise = value === false ? " (even false turned it on)" : "";
    return problem(`replaces the table of positions${surprise}, which the format needs`);
  },
  axial_pos_emb: mustBeOff("makes positions of two tables, the format has one"),
  no_weight_tie: mustBeOff("left out the final norm and gave the output a bias"),
  num_mem_kv: (value, keys) => {
    if (isOff(value)) return undefined;
    const global = printed(keys.attention_types).includes('"global"');
    return global
      ? problem("adds keys and values of its own; the original could not run it either")
      : note("was ignored by local attention");
  },
  mlp_glu: mustBeOff("makes another feed-forward layer; the original could not run it either"),
  scalenorm: mustBeOff("makes another norm than layer norm"),
  rezero: mustBeOff("leaves out the norms"),
  macaron: mustBeOff("adds a feed-forward layer before attention"),
  share_parameters: mustBeOff("gives all layers one set of weights"),
  moe_layers: mustBeOff("makes layers mixtures of experts"),
  moe_params: (_, keys) =>
    isOff(keys.moe_layers) ? note("has no meaning without experts") : undefined,
  moe_activation: (_, keys) =>
    isOff(keys.moe_layers) ? note("has no meaning without experts") : undefined,
  causal: (value) => (value === false ? problem("attends to the future") : undefined),
  model: (value) =>
    value === "GPT" ? undefined : problem(`is ${printed(value)}; there was only GPT`),
  precision: (value) =>
    value === "bfloat16"
      ? note("trained and stored weights in bfloat16; here they are float32 unless asked otherwise")
      : note("was float32, as everything but bfloat16"),

  // Training.
  lr: kept,
  lr_decay: (value) =>
    value === "cosine" || value === "linear" || isOff(value)
      ? undefined
      : note(`is ${printed(value)}, which the original took for a constant rate`),
  lr_decay_end: kept,
  warmup_steps: kept,
  train_steps: kept,
  train_batch_size: kept,
  weight_decay: (value, keys) =>
    isAdafactor(keys) && !isOff(value)
      ? note("was taken for Adafactor's decay rate, and is here: weights did not decay")
      : undefined,
  opt_name: (_, keys) =>
    isAdafactor(keys)
      ? note("is Adafactor, which ran at a constant rate, whatever lr_decay and warmup_steps said")
      : undefined,
  beta1: kept,
  beta2: kept,
  epsilon: kept,
  ada_epsilon1: ofAdafactor,
  ada_epsilon2: ofAdafactor,
  gradient_clipping: kept,
  z_loss: unlessOff("counted in evaluation too; here it does in training only"),
  entmax_loss: unlessOff("gave NaN as soon as a probability was 0; here it is cross-entropy"),
  recompute_grad: kept,
  tokens_per_mb_per_replica: kept,
  num_microbatches: always("was computed, not read"),
  seed: kept,
  iterations: always("steps a TPU made at a time, which has no counterpart"),
  log_grads: unlessOff("the norm of each gradient is not logged"),

  // The mesh.
  mesh_shape: kept,
  layout: kept,

  // Evaluation and sampling.
  eval_steps: (value) =>
    value === 0 ? note("turned evaluation off; here eval_every says") : undefined,
  eval_batch_size: always("evaluation uses the training batch's size, as the original did in fact"),
  eval_tasks: unlessOff(noTasks),
  predict_steps: unlessOff(prediction),
  predict_batch_size: always(prediction),
  predict_max_steps: always(prediction),
  remove_partial_sequences: unlessOff(prediction),
  sampling_use_entmax: unlessOff(prediction),
  slow_sampling: unlessOff(prediction),

  // Data.
  // Both are read with the files that they name.
  datasets: kept,
  dataset_configs: kept,
  no_dataset: unlessOff("data are given as `data`"),
  input_fn: always("the way data were read; all of it is read here, none twice"),
  shuffle_input_filenames: always("samples are shuffled here, not files"),
  lambada_tokens_path: always(path),
  lambada_n_steps: always(noTasks),
  model_path: always(path),
  mlm_training: mustBeOff("trains with masks; its labels were inverted"),
  mlm_mask_id: mlm,
  mlm_cls_token_id: mlm,
  mlm_mask_prob: mlm,
  mlm_same_token_prob: mlm,
  mlm_random_token_prob: mlm,
  mlm_mask_ignore_ids: mlm,
};

/** The keys of original configs. */
export const originalKeys: readonly string[] = Object.keys(rules);

/** What is to be said about a key with that value, in a config with these keys. */
export function noteOf(key: string, value: unknown, keys: Keys): KeyNote | undefined {
  return Object.hasOwn(rules, key) ? rules[key]!(value, keys) : undefined;
}

/** Whether the optimizer is the original's other one. */
export function isAdafactor(keys: Keys): boolean {
  return typeof keys.opt_name === "string" && keys.opt_name.toLowerCase() !== "adam";
}

function ofAdafactor(_: unknown, keys: Keys): KeyNote | undefined {
  return isAdafactor(keys) ? undefined : note("belongs to Adafactor");
}

function attentionTypes(value: unknown): KeyNote | undefined {
  const text = printed(value);
  if (text.includes('"none"')) {
    return problem('has "none", whose layers doubled what came in; the format knows no such layer');
  }
  if (text.includes('"linear"')) return problem('has "linear" attention, which the format has not');
  return undefined;
}
