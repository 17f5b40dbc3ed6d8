import { nearest } from "mtf/files";

/** Names that programs of this kind have for the same thing; here it has one of them. */
const synonyms: readonly (readonly string[])[] = [
  ["lr", "learning_rate", "max_lr", "peak_lr"],
  ["batch_size", "bs", "batch", "train_batch_size", "per_device_train_batch_size"],
  ["weight_decay", "wd", "l2"],
  ["warmup_steps", "warmup", "warmup_iters", "num_warmup_steps", "warmup_ratio"],
  ["steps", "iters", "iterations", "max_steps", "max_iters", "num_steps"],
  ["steps", "train_steps", "train_iters", "epochs", "num_epochs", "num_train_epochs"],
  ["context", "ctx", "seq_len", "seq_length", "sequence_length", "max_seq_len", "max_seq_length"],
  ["context", "block_size", "context_length", "context_size", "max_length", "n_ctx"],
  ["seed", "random_seed", "rng_seed"],
  ["grad_accumulation", "grad_accum", "accumulation", "gradient_accumulation"],
  ["grad_accumulation", "gradient_accumulation_steps"],
  ["clip_norm", "clip", "grad_clip", "gradient_clipping", "max_grad_norm"],
  ["decay_to", "min_lr", "lr_min"],
  ["betas", "beta1", "beta2", "adam_beta1", "adam_beta2"],
  ["epsilon", "eps", "adam_epsilon", "adam_eps"],
  ["save_every", "save_steps", "save_interval", "checkpoint_every", "checkpoint_steps"],
  ["eval_every", "eval_steps", "eval_interval", "validate_every"],
  ["eval_batches", "eval_iters"],
  ["schedule", "scheduler", "lr_schedule", "lr_scheduler", "lr_scheduler_type", "lr_decay_style"],
  ["optimizer", "optim"],
  ["resid_dropout", "dropout", "hidden_dropout", "resid_pdrop"],
  ["embed_dropout", "embd_dropout", "embd_pdrop"],
  ["attention_dropout", "attn_dropout", "attn_pdrop"],
  ["recompute", "gradient_checkpointing", "checkpoint_activations"],
  ["validation_share", "validation", "validation_split", "val_split"],
  ["out", "output", "output_dir", "save_dir"],
  ["data", "dataset", "train_data", "train_file", "files", "input"],
  ["prompt", "text", "input"],
  ["model", "model_path", "model_name_or_path", "checkpoint", "ckpt"],
  ["max_new_tokens", "max_tokens", "num_tokens", "tokens", "max_length", "length"],
  ["temperature", "temp"],
  ["float32", "fp32", "f32", "float"],
  ["float16", "fp16", "f16", "half"],
  ["bfloat16", "bf16"],
  ["int8", "i8", "q8"],
  ["webgpu", "wgpu", "gpu"],
  ["tensorflow", "tf", "tfjs"],
];

/**
 * Of known names the one that somebody means who writes another: what other programs call so, one that
 * is spelt nearly so, or one that begins so.
 *
 * @param known written with `_`, with `-` or in camel case
 * @example
 * meantBy("wd", ["weight_decay", "z_loss"]); // "weight_decay"
 */
export function meantBy(word: string, known: readonly string[]): string | undefined {
  const plain = spelt(word);
  const byName = new Map(known.map((name) => [spelt(name), name]));
  const same = synonyms.filter((names) => names.includes(plain)).flat();
  const synonym = same.find((name) => byName.has(name));
  if (synonym !== undefined) return byName.get(synonym);
  return (
    nearest(word, known) ?? known.find((name) => plain !== "" && spelt(name).startsWith(plain))
  );
}

/** Whether a name has values that are no good for what is meant by it here. */
export function isCountedOtherwise(word: string): boolean {
  return /^(num_(train_)?)?epochs$|_ratio$|^(min_lr|lr_min|(adam_)?beta[12])$/.test(spelt(word));
}

function spelt(name: string): string {
  return name
    .replace(/(?<=[a-z])[A-Z]/g, (capital) => `_${capital}`)
    .toLowerCase()
    .replaceAll("-", "_")
    .replace(/^_+/, "");
}
