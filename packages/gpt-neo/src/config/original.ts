import { MtfError } from "mtf";
import { nearest } from "mtf/files";
import type { Config, Training } from "./config.ts";
import { type EndKey, endKeys } from "./ends.ts";
import { defined, isOff, type Keys } from "./key-rules.ts";
import type { Note } from "./note.ts";
import { type DatasetFiles, noFiles } from "./original-dataset.ts";
import { type Datasets, datasetsOf } from "./original-datasets.ts";
import { isAdafactor, noteOf, originalKeys } from "./original-keys.ts";
import { layoutIn } from "./original-layout.ts";
import { maskingOf, meshModelOf } from "./original-mesh.ts";
import { microbatches, positions } from "./original-microbatches.ts";
import { parseConfig } from "./schema.ts";

/** An original config as one of ours, and what became of the keys that ours has no place for. */
export interface OriginalConfig {
  readonly config: Config;
  readonly notes: readonly Note[];
  /** End tokens that it does not write: a tokenizer decides. */
  readonly leftOut: readonly EndKey[];
}

/** Whether a JSON value is a config of the original GPT-Neo. */
export function isOriginalConfig(value: unknown): value is Keys {
  if (value === null || typeof value !== "object") return false;
  // Hugging Face's GPT-2 has n_embd as well, but says that it is one.
  return "n_embd" in value && !("hidden_size" in value) && !("model_type" in value);
}

/**
 * Reads a config of the original GPT-Neo (`configs/*.json`). Every key becomes one of ours, or a
 * note that says why not.
 *
 * @param where what errors call it
 * @param files what its datasets refer to
 * @throws MtfError `bad-argument` naming the keys that make another model than GPT-Neo, or whose
 * values are wrong
 * @example
 * const { config, notes } = parseOriginalConfig(JSON.parse(text), "gpt3_XL_256_Pile.json");
 */
export function parseOriginalConfig(
  value: unknown,
  where = "config",
  files: DatasetFiles = noFiles,
): OriginalConfig {
  if (!isOriginalConfig(value)) {
    throw new MtfError("bad-argument", `${where} is no config of GPT-Neo: it has no n_embd.`, {
      file: where,
    });
  }
  const problems: Note[] = [];
  const notes: Note[] = [];
  for (const [key, setting] of Object.entries(value)) {
    if (!originalKeys.includes(key)) {
      const near = nearest(key, originalKeys);
      const meant = near === undefined ? "" : `; did you mean ${near}?`;
      notes.push([key, `is no key of GPT-Neo's configs, which ignored it${meant}`]);
      continue;
    }
    const note = noteOf(key, setting, value);
    if (note?.kind === "problem") problems.push([key, note.reason]);
    else if (note) notes.push([key, note.reason]);
  }
  for (const key of ["n_embd", "n_head", "n_layer", "n_vocab", "attention_types"]) {
    if (value[key] === undefined) problems.push([key, "is missing"]);
  }
  const datasets = datasetsOf(value, files);
  notes.push(...datasets.notes, ...layoutIn(value).notes);
  problems.push(...datasets.problems);
  if (positions(value) === undefined) problems.push(["n_ctx", "is missing"]);
  if (problems.length > 0) {
    const sentence = `${where} describes what GPT-Neo's format here cannot hold.`;
    throw new MtfError("bad-argument", sentence, { evidence: problems, file: where, problems });
  }
  const end = value.eos_id ?? datasets.endOfText;
  const training = { ...trainingOf(value), ...dataOf(datasets) };
  const config = parseConfig({ ...modelOf(value, end), training }, where);
  return { config, notes, leftOut: end === undefined || end === null ? endKeys : [] };
}

function dataOf({ data, validationFiles, tokenizer }: Datasets): Keys {
  const given = defined({ data, validation_data: validationFiles });
  return tokenizer === undefined ? given : { ...given, tokenizer };
}

function modelOf(keys: Keys, end: unknown): Keys {
  return defined({
    vocab_size: keys.n_vocab,
    max_position_embeddings: positions(keys),
    hidden_size: keys.n_embd,
    num_layers: keys.n_layer,
    num_heads: keys.n_head,
    attention_types: keys.attention_types,
    window_size: keys.local_attention_radius,
    embed_dropout: keys.embed_dropout,
    attention_dropout: keys.attn_dropout,
    resid_dropout: keys.res_dropout,
    bos_token_id: end,
    eos_token_id: end,
    ...meshModelOf(keys),
  });
}

function trainingOf(keys: Keys): Keys {
  const evaluations = keys.eval_steps;
  const training: { readonly [Key in keyof Training]?: unknown } = {
    batch_size: keys.train_batch_size,
    context: positions(keys),
    steps: keys.train_steps,
    grad_accumulation: microbatches(keys),
    recompute: isOff(keys.recompute_grad) ? undefined : true,
    learning_rate: keys.lr,
    ...(isAdafactor(keys) ? adafactorOf(keys) : adamOf(keys)),
    betas:
      keys.beta1 === undefined && keys.beta2 === undefined
        ? undefined
        : [keys.beta1 ?? 0.9, keys.beta2 ?? 0.95],
    epsilon: keys.epsilon,
    dropout_apart: isOff(keys.embed_dropout) && isOff(keys.attn_dropout) ? undefined : true,
    clip_norm: keys.gradient_clipping,
    // It was there unless it was switched off.
    z_loss: keys.z_loss === false ? 0 : (keys.z_loss ?? 1e-4),
    loss: isOff(keys.entmax_loss) ? undefined : "entmax",
    masking: maskingOf(keys),
    eval_batches: evaluations === 0 ? undefined : evaluations,
    seed: keys.seed,
    initial_weights: {
      method: "gpt-neo",
      scale_by_depth: !isOff(keys.scale_by_depth),
      scale_by_in: !isOff(keys.scale_by_in),
    },
    mesh: keys.mesh_shape,
    layout: layoutIn(keys).layout,
  };
  return defined(training);
}

function adamOf(keys: Keys): { readonly [Key in keyof Training]?: unknown } {
  const decay = keys.lr_decay;
  return {
    schedule: decay === "cosine" || decay === "linear" ? decay : "constant",
    warmup_steps: keys.warmup_steps,
    decay_steps: keys.lr_decay_end || undefined,
    weight_decay: keys.weight_decay ?? 0,
    bias_correction: false,
    decay_final_norm: true,
  };
}

/** It ran at a constant rate, and took the decay of weights for that of its means. */
function adafactorOf(keys: Keys): { readonly [Key in keyof Training]?: unknown } {
  return {
    optimizer: "adafactor",
    adafactor_decay_rate: isOff(keys.weight_decay) ? null : keys.weight_decay,
    adafactor_momentum: isOff(keys.beta1) ? null : keys.beta1,
    adafactor_epsilon: keys.ada_epsilon1 ?? undefined,
    adafactor_least_scale: keys.ada_epsilon2 ?? undefined,
    schedule: "constant",
    warmup_steps: 0,
    weight_decay: 0,
  };
}
