import { MtfError } from "mtf";
import type { Note } from "../note.ts";
import { type Entry, placeOf } from "./read.ts";

/** Our names of what NeoX calls otherwise. */
const theirs: Readonly<Record<string, string>> = {
  vocab_size: "padded_vocab_size",
  num_heads: "num_attention_heads",
  attention_types: "attention_config",
  layer_norm_epsilon: "layernorm_epsilon",
  initializer_range: "init_method_std",
  resid_dropout: "hidden_dropout",
  embed_dropout: "hidden_dropout",
  "training.context": "seq_length",
  "training.steps": "train_iters",
  "training.batch_size": "train_batch_size",
  "training.grad_accumulation": "gradient_accumulation_steps",
  "training.learning_rate": "optimizer",
  "training.betas": "optimizer",
  "training.epsilon": "optimizer",
  "training.warmup_steps": "warmup",
  "training.decay_to": "min_lr",
  "training.decay_steps": "lr_decay_iters",
  "training.clip_norm": "gradient_clipping",
  "training.validation": "split",
  "training.eval_every": "eval_interval",
  "training.eval_batches": "eval_iters",
  "training.save_every": "checkpoint_factor",
  "training.extra_saves": "extra_save_iters",
  "training.exit_every": "exit_interval",
};

/** An error about our config, by the keys and lines that it came from. */
export function inTheirNames(
  error: unknown,
  merged: ReadonlyMap<string, Entry>,
  where: string,
): unknown {
  if (!(error instanceof MtfError) || !Array.isArray(error.details.problems)) return error;
  // A key of theirs may stand for several of ours.
  const problems = new Map<string, string>();
  for (const [path, reason] of error.details.problems as Note[]) {
    const key = theirs[path] ?? path.replace(/^(architecture|training)\.([^.]*).*$/, "$2");
    const entry = merged.get(key);
    problems.set(entry ? `${placeOf(entry)} ${key}` : path, reason);
  }
  return unsupported(where, [...problems]);
}

/** What is wrong with a config, by keys and places. */
export function unsupported(where: string, problems: readonly Note[]): MtfError {
  const sentence = `${where} describes what GPT-Neo here cannot be.`;
  return new MtfError("bad-argument", sentence, { evidence: problems, file: where, problems });
}
