import { MtfError } from "mtf";
import { nearest } from "mtf/files";
import type { Config, Training } from "../config.ts";
import { isOff, type Keys } from "../key-rules.ts";
import type { Note } from "../note.ts";
import { parseConfig } from "../schema.ts";
import { architectureOf, innerWidthOf } from "./architecture.ts";
import { expandAttention, isGlobal } from "./attention.ts";
import { pathsIn, sourcesIn } from "./data.ts";
import { initialWeightsOf } from "./initial-weights.ts";
import { neoxKeys, noteOf, usualEps } from "./keys.ts";
import { mergeEntries } from "./merge.ts";
import { type Entry, placeOf } from "./read.ts";
import { isGpt2, tokenizerFileIn } from "./tokenizer.ts";

/** A NeoX config as one of ours, and what became of the keys that ours has no place for. */
export interface NeoxConfig {
  readonly config: Config;
  readonly notes: readonly Note[];
  /** Whether it says how many ids there are; else a tokenizer must. */
  readonly sized: boolean;
}

/** Whether a JSON value is a config of NeoX; Hugging Face's say which model they are of. */
export function isNeoxConfig(value: unknown): boolean {
  if (value === null || typeof value !== "object" || "model_type" in value) return false;
  return "num_attention_heads" in value || "num-attention-heads" in value;
}

/** Keys without which there is no model. */
const required = ["num_layers", "hidden_size", "num_attention_heads", "max_position_embeddings"];

/**
 * Reads the keys of NeoX's files as one config. Every key becomes one of ours, or a note that says
 * why not.
 *
 * @param where what errors call it
 * @param words how many ids the tokenizer of `tokenizerFileOf` makes; undefined if it is not there
 * @throws MtfError `bad-argument` naming keys that are written twice, and, with their lines, those
 * that make another model than GPT-Neo or whose values are wrong
 * @example
 * const { config, notes } = parseNeox(readNeox(text, "125M.yml"), "125M.yml");
 */
export function parseNeox(entries: readonly Entry[], where: string, words?: number): NeoxConfig {
  const { entries: merged, notes: overruled } = mergeEntries(entries);
  const keys: Keys = Object.fromEntries([...merged].map(([key, { value }]) => [key, value]));
  const problems: Note[] = [];
  const notes: Note[] = [
    ["attention", "is GPT-Neo's: not scaled, without biases of queries, keys and values"],
    ...overruled,
  ];
  for (const [key, entry] of merged) {
    const told = noteOf(key, entry.value, keys);
    if (told === undefined) continue;
    const place = `${placeOf(entry)} ${key}`;
    if (told === "unknown") {
      const near = nearest(key, neoxKeys);
      if (near === undefined) notes.push([place, "is a key that is not known here: left out"]);
      else problems.push([place, `is no key of NeoX's; did you mean ${near}?`]);
    } else if (told.kind === "problem") problems.push([place, told.reason]);
    else notes.push([place, told.reason]);
  }
  for (const key of required) {
    if (!merged.has(key)) problems.push([key, "is missing"]);
  }
  const file = tokenizerFileIn(keys);
  if (file !== undefined && words === undefined) {
    const place = `${placeOf(merged.get("vocab_file")!)} vocab_file`;
    notes.push([place, `is ${file}, which is not there: text needs --tokenizer FILE`]);
  }
  const gpt2 = isGpt2(keys.tokenizer_type);
  const sized = gpt2 || words !== undefined || !isOff(keys.padded_vocab_size);
  if (problems.length > 0) throw unsupported(where, problems);
  const training = {
    ...trainingOf(keys, notes),
    ...dataOf(keys),
    tokenizer: gpt2 ? "gpt2" : words === undefined ? null : file,
  };
  try {
    const architecture = defined(architectureOf(keys));
    const config = parseConfig({ ...modelOf(keys, words), architecture, training }, where);
    return { config, notes, sized };
  } catch (error) {
    throw inTheirNames(error, merged, where);
  }
}

function unsupported(where: string, problems: readonly Note[]): MtfError {
  const sentence = `${where} describes what GPT-Neo here cannot be.`;
  return new MtfError("bad-argument", sentence, { evidence: problems, file: where, problems });
}

function dataOf(keys: Keys): Keys {
  const held = isOff(keys.valid_data_paths) ? undefined : pathsIn(keys.valid_data_paths);
  return defined({ data: sourcesIn(keys), validation_data: held });
}

function modelOf(keys: Keys, words: number | undefined): Keys {
  const layers = keys.num_layers as number;
  return defined({
    vocab_size: keys.padded_vocab_size ?? padded(words ?? 50257, keys),
    max_position_embeddings: keys.max_position_embeddings,
    hidden_size: keys.hidden_size,
    num_layers: layers,
    num_heads: keys.num_attention_heads,
    attention_types: ofGlobalLayers(keys.attention_config, layers),
    intermediate_size: innerWidthOf(keys),
    layer_norm_epsilon: keys.layernorm_epsilon,
    initializer_range: keys.init_method_std,
    attention_dropout: keys.attention_dropout,
    resid_dropout: keys.hidden_dropout,
    embed_dropout: keys.hidden_dropout,
    tie_word_embeddings: keys.no_weight_tying !== true,
  });
}

/** Layers of other kinds are told by the architecture; here they stand for their number. */
function ofGlobalLayers(written: unknown, layers: number): unknown {
  const types = expandAttention(written, layers);
  return types?.every(([pattern]) => pattern.every(isGlobal)) ? types : [[["global"], layers]];
}

/** The words of a tokenizer and as many rows more as NeoX added for its mesh. */
function padded(words: number, keys: Keys): number {
  const multiple = ((keys.make_vocab_size_divisible_by ?? 128) as number) * modelAxis(keys);
  return Math.ceil(words / multiple) * multiple;
}

function modelAxis(keys: Keys): number {
  return Math.max(1, (keys.model_parallel_size as number | undefined) ?? 1);
}

function trainingOf(keys: Keys, notes: Note[]): Keys {
  const { lr = 1e-3, betas = [0.9, 0.999], eps, ...params } = paramsOf(keys);
  const steps = keys.train_iters as number | undefined;
  const decaySteps = decayStepsOf(keys);
  const clip = keys.gradient_clipping ?? 1;
  const training: { readonly [Key in keyof Training]?: unknown } = {
    context: keys.seq_length ?? keys.max_position_embeddings,
    steps,
    ...batchOf(keys, notes),
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

function devicesOf(keys: Keys): number | undefined {
  if (typeof keys.global_num_gpus === "number") return keys.global_num_gpus;
  if (typeof keys.num_gpus !== "number") return undefined;
  return keys.num_gpus * (typeof keys.num_nodes === "number" ? keys.num_nodes : 1);
}

/** The devices that each have their own samples. */
function replicasOf(keys: Keys): number | undefined {
  const devices = devicesOf(keys);
  const model = modelAxis(keys);
  const pipe = Math.max(1, Number(keys.pipe_parallel_size ?? 1));
  const replicas = devices === undefined ? undefined : devices / model / pipe;
  return Number.isSafeInteger(replicas) ? replicas : undefined;
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
    const told = `is of a device; one is assumed: batch_size ${batch}, or --batch-size`;
    notes.push(["train_micro_batch_size_per_gpu", told]);
  }
  return { batch_size: batch, grad_accumulation: parts };
}

function meshOf(keys: Keys, notes: Note[]): string | undefined {
  const model = modelAxis(keys);
  const replicas = replicasOf(keys);
  if (replicas !== undefined) return `data:${replicas},model:${model}`;
  if (model === 1) return undefined;
  notes.push([
    "model_parallel_size",
    `is mesh model:${model}; more devices: --mesh data:N,model:${model}`,
  ]);
  return `model:${model}`;
}

/** ZeRO keeps slices of the state on the devices that have their own samples. */
function storageOf(keys: Keys, notes: Note[]): string | undefined {
  const stage = (keys.zero_optimization as Keys | null | undefined)?.stage;
  if (isOff(stage)) return undefined;
  const replicas = replicasOf(keys);
  if (replicas !== undefined && (keys.hidden_size as number) % replicas === 0) return "embd:data";
  notes.push(["zero_optimization", "kept slices of the state: --storage embd:data does"]);
  return undefined;
}

/** The middle part of `969, 30, 1`: the last one, of tests, is not held back. */
function validationOf(split: unknown): number {
  const parts = (typeof split === "string" ? split : "969, 30, 1").split(/[,/]/).map(Number);
  const all = parts.reduce((sum, part) => sum + part, 0);
  return all > 0 ? (parts[1] ?? 0) / all : 0;
}

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
function inTheirNames(error: unknown, merged: ReadonlyMap<string, Entry>, where: string): unknown {
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

function defined(keys: Keys): Keys {
  return Object.fromEntries(
    Object.entries(keys).filter(([, value]) => value !== undefined && value !== null),
  );
}
