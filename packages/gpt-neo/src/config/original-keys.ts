import { type ActivationName, originalActivationNames } from "./activation-names.ts";
import { expertKeys } from "./experts.ts";
import {
  always,
  isOff,
  type KeyNote,
  type Keys,
  noTasks,
  note,
  numberOf,
  printed,
  problem,
  type Rule,
  unlessOff,
} from "./key-rules.ts";
import { microbatches } from "./original-microbatches.ts";

const kept: Rule = () => undefined;
const mlm: Rule = (value, keys) =>
  isOff(keys.mlm_training) && !isOff(value)
    ? note("has no meaning without mlm_training")
    : undefined;
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
  attention_types: (value) =>
    printed(value).includes('"none"')
      ? note('has "none": such layers double what comes in, as they did')
      : undefined,
  local_attention_radius: kept,
  embed_dropout: kept,
  attn_dropout: kept,
  res_dropout: kept,
  eos_id: kept,
  padding_id: always("padding is told by a mask here, never by an id"),
  activation_function: always(
    "was never read; the original computed gelu in its tanh form, which gelu_new is",
  ),
  activation_fn: (value) =>
    activationOf(value) === undefined
      ? problem(`is ${printed(value)}, which the original did not know either`)
      : whatActivationDid(value),
  scale_by_depth: kept,
  scale_by_in: kept,
  rotary_emb: (value) =>
    value === false ? note("is false, which turned it on, and does here") : undefined,
  axial_pos_emb: (value, keys) => {
    if (isOff(value) || !Array.isArray(value)) return undefined;
    const rows = value.reduce((product, length) => product * numberOf(length), 1);
    const most = numberOf(keys.n_ctx ?? keys.n_positions);
    return rows < most
      ? note(`has ${rows} positions of ${most}; those beyond are zeros, as they were`)
      : undefined;
  },
  no_weight_tie: unlessOff("left out the final norm too, as it does here"),
  num_mem_kv: (value, keys) =>
    isOff(value) || hasGlobal(keys) ? undefined : note("was ignored by layers that are not global"),
  mlp_glu: kept,
  scalenorm: (value, keys) =>
    isOff(value) || isOff(keys.rezero) ? undefined : note("has no meaning with rezero"),
  rezero: kept,
  macaron: kept,
  share_parameters: kept,
  moe_layers: kept,
  moe_params: (value, keys) =>
    isOff(keys.moe_layers) ? note("has no meaning without experts") : expertsNote(value),
  moe_activation: (value, keys) => {
    if (isOff(keys.moe_layers)) return note("has no meaning without experts");
    return value === null || activationOf(value) !== undefined
      ? undefined
      : problem(`is ${printed(value)}, which the original did not know either`);
  },
  causal: always("was never read; mlm_training says"),
  model: (value) =>
    value === "GPT" ? undefined : problem(`is ${printed(value)}; there was only GPT`),
  precision: (value) =>
    value === "bfloat16"
      ? note("rounded weights and activations to 8 bits; here they are float32, and agree as far")
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
  entmax_loss: unlessOff("gave NaN as soon as a probability was 0, which counts as 2^-126 here"),
  recompute_grad: kept,
  tokens_per_mb_per_replica: (_, keys) =>
    isOff(keys.moe_layers) || (microbatches(keys) ?? 1) === 1
      ? undefined
      : note("also divided what experts add to the loss: loss_coef is that much smaller here"),
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
  sampling_use_entmax: unlessOff("has no counterpart in a config: generate has `entmaxAlpha: 1.3`"),
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
  mlm_training: (value, keys) => {
    if (isOff(value)) return undefined;
    return isOff(keys.mlm_mask_id) && keys.mlm_mask_id !== 0
      ? note("needs mlm_mask_id to be trained: without it the model is bidirectional alone")
      : note("guesses what is hidden; the original's labels were all that was not");
  },
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

/** The activation that the original knew by a name: its gelu was the form with tanh. */
export function activationOf(name: unknown): ActivationName | undefined {
  if (name === undefined || name === "gelu") return "gelu_new";
  const known: readonly ActivationName[] = ["relu", "silu", ...originalActivationNames];
  return known.find((one) => one === name);
}

function whatActivationDid(name: unknown): KeyNote | undefined {
  if (name !== "rrelu") return undefined;
  return note("drew its slope whenever it was started; here it is 0.5, the mean of that");
}

/** Keys of the original's experts that its own code leaves to nothing, or that are not here. */
function expertsNote(value: unknown): KeyNote | undefined {
  const keys = Object.keys((value ?? {}) as object).map((key) => key.replace(/^moe_/, ""));
  const unknown = keys.filter((key) => !expertKeys.includes(key));
  return unknown.length > 0 ? note(`has ${unknown.join(", ")}, which nothing read`) : undefined;
}

/** Whether tokens see only what is before them. */
export function isCausal(keys: Keys): boolean {
  return isOff(keys.mlm_training);
}

function hasGlobal({ attention_types }: Keys): boolean {
  return printed(attention_types).includes('"global"');
}
