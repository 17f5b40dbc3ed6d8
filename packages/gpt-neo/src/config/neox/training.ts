import type { Training } from "../config.ts";
import { defined, isOff, type Keys } from "../key-rules.ts";
import type { Note } from "../note.ts";
import { pathsIn, sourcesIn } from "./data.ts";
import { initialWeightsOf } from "./initial-weights.ts";
import { meshOf, replicasOf, storageOf } from "./mesh.ts";
import { isLion, usualEps } from "./optimizer-rules.ts";

/** What a NeoX config says of training, under our names. */
export function trainingOf(keys: Keys, notes: Note[]): Keys {
  const { lr = 1e-3, betas = [0.9, 0.999], eps, ...params } = paramsOf(keys);
  const steps = keys.train_iters as number | undefined;
  const decaySteps = decayStepsOf(keys);
  const clip = keys.gradient_clipping ?? 1;
  const training: { readonly [Key in keyof Training]?: unknown } = {
    context: keys.seq_length ?? keys.max_position_embeddings,
    steps,
    ...batchOf(keys, notes),
    optimizer: isLion(keys) ? "lion" : undefined,
    learning_rate: lr,
    schedule: keys.lr_decay_style ?? "linear",
    warmup_steps: Math.round(((keys.warmup ?? 0.01) as number) * (decaySteps ?? steps ?? 1000)),
    decay_steps: decaySteps,
    decay_to: ((keys.min_lr ?? 0) as number) / (lr as number),
    weight_decay: keys.weight_decay ?? params.weight_decay ?? 0.1,
    betas,
    epsilon: typeof eps === "number" ? eps : usualEps,
    validation: validationOf(keys.split),
    eval_every: keys.eval_interval ?? 1000,
    eval_batches: isOff(keys.eval_iters) ? undefined : keys.eval_iters,
    save_every: keys.save_interval ?? keys.checkpoint_factor,
    extra_saves: keys.extra_save_iters,
    exit_every: keys.exit_interval,
    initial_weights: initialWeightsOf(keys),
    cross_document_loss: keys.eod_mask_loss !== true,
    cross_document_attention: keys.reset_attention_mask !== true,
    reset_positions: keys.reset_position_ids === true,
    seed: keys.seed ?? 1234,
    mesh: meshOf(keys, notes),
    storage: storageOf(keys, notes),
  };
  // No norm is a clip of 0 there.
  return { ...defined(training), clip_norm: clip === 0 ? null : clip };
}

/** The step at which the decay ends, where that is not the last; warm-up is a part of it. */
function decayStepsOf(keys: Keys): number | undefined {
  if (!isOff(keys.lr_decay_iters)) return keys.lr_decay_iters as number;
  const fraction = (keys.lr_decay_fraction ?? 1) as number;
  if (fraction === 1) return undefined;
  return Math.max(1, Math.floor(((keys.train_iters ?? 1000) as number) * fraction));
}

function paramsOf(keys: Keys): Keys {
  return ((keys.optimizer as Keys | undefined)?.params ?? {}) as Keys;
}

/** The data that it names. */
export function dataOf(keys: Keys): Keys {
  const held = isOff(keys.valid_data_paths) ? undefined : pathsIn(keys.valid_data_paths);
  return defined({ data: sourcesIn(keys), validation_data: held });
}

/** Any two of batch, part a device, and number of parts give the third. */
function batchOf(keys: Keys, notes: Note[]): Keys {
  const micro = keys.train_micro_batch_size_per_gpu as number | undefined;
  const replicas = replicasOf(keys) ?? 1;
  const whole = keys.train_batch_size as number | undefined;
  const given = keys.gradient_accumulation_steps as number | undefined;
  const parts =
    given ?? (whole !== undefined && micro !== undefined ? whole / (micro * replicas) : undefined);
  const batch = whole ?? (micro !== undefined ? micro * (parts ?? 1) * replicas : undefined);
  if (whole === undefined && micro !== undefined && replicasOf(keys) === undefined) {
    const told = `is per device; one is assumed: batch_size ${batch}, or \`batchSize\``;
    notes.push(["train_micro_batch_size_per_gpu", told]);
  }
  return { batch_size: batch, grad_accumulation: parts };
}

/** The middle part of `969, 30, 1`: the last one, of tests, is not held back. */
function validationOf(split: unknown): number {
  const parts = (typeof split === "string" ? split : "969, 30, 1").split(/[,/]/).map(Number);
  const all = parts.reduce((sum, part) => sum + part, 0);
  return all > 0 ? (parts[1] ?? 0) / all : 0;
}
