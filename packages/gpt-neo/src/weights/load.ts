import { MtfError } from "mtf";
import {
  type Config,
  type ConfigSource,
  type LeftOut,
  parseConfig,
  toJson,
} from "../config/index.ts";
import type { Note } from "../config/note.ts";
import { modelOf, type ParameterName } from "../models/index.ts";
import { optionsInWords } from "../options-in-words.ts";
import { checkAdapter } from "./adapter.ts";
import { expectedWeights } from "./expected.ts";
import { findModelConfig } from "./model-config.ts";
import { meaningsIn, wrapperPrefix } from "./names.ts";
import { openWeights } from "./open.ts";
import { isOriginalNaming, meaningOfOriginal } from "./original-names.ts";
import type { NamedTensors, WeightFormat, WeightSource } from "./source.ts";
import { type Viewed, viewTensors } from "./view.ts";

/** What can be said about weights beside where they are. */
export interface LoadOptions {
  /** A config, where none lies beside the weights, or what is otherwise than in that one. */
  readonly config?: ConfigSource;
  /** Rows of the embedding to keep: original checkpoints pad it. */
  readonly vocabSize?: number;
}

/** A GPT-Neo's weights by Hugging Face's names and in its orientation, whatever they came in. */
export interface Weights extends NamedTensors {
  readonly format: WeightFormat;
  readonly file: string;
  readonly config: Config;
  /** What became of the config's keys that have no place here. */
  readonly notes: readonly Note[];
  /** End tokens that the config does not write: a tokenizer decides. */
  readonly leftOut: readonly LeftOut[];
  /** Adam's first and second moments, by the names of their weights, where they were saved. */
  readonly moments: { readonly first: NamedTensors; readonly second: NamedTensors } | undefined;
  /** The step the weights were saved at, where it was. */
  readonly step: number | undefined;
  /** Tensors that no model needs, and why. */
  readonly ignored: readonly Note[];
  /** Tensors that this model does not know. */
  readonly unexpected: readonly string[];
  /** What all names began with that is no part of them: `module.`; mostly nothing. */
  readonly prefix: string;
  close(): Promise<void>;
}

/**
 * Loads a GPT-Neo from a folder or file of any kind: safetensors, `pytorch_model.bin`, or a
 * checkpoint of the original. Numbers are read when they are asked for.
 *
 * @throws MtfError `bad-checkpoint` listing tensors that are missing or have another shape than the
 * config says; `bad-file` if a file is damaged; `bad-argument` if there is no config
 * @example
 * const weights = await loadWeights("gpt-neo-125M");
 * const rows = [{ begin: 0, size: 100 }, { begin: 0, size: 768 }];
 * await weights.read("transformer.wte.weight", { box: rows, as: "float32" });
 */
export async function loadWeights(path: string, options: LoadOptions = {}): Promise<Weights> {
  const source = await openWeights(path, options.config);
  try {
    checkAdapter(source);
    return await fromSource(source, options);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function fromSource(source: WeightSource, options: LoadOptions): Promise<Weights> {
  const { file, format } = source;
  const original = isOriginalNaming(source.tensors.keys());
  const found = await findModelConfig(file, original, options.config);
  const config = withVocabulary(found.config, options.vocabSize);
  const prefix = original ? "" : wrapperPrefix(source.tensors.keys(), config);
  const sorted = sortTensors(source, original, prefix, config);
  cutVocabulary(sorted.weight, config, options.vocabSize);
  checkWeights(file, config, sorted.weight);
  const moment = (kind: "adam_m" | "adam_v") => {
    cutVocabulary(sorted[kind], config, options.vocabSize);
    return viewTensors(source, sorted[kind].values(), file);
  };
  return {
    ...viewTensors(source, sorted.weight.values(), file),
    format,
    file,
    config,
    notes: found.notes,
    leftOut: found.leftOut,
    moments:
      sorted.adam_m.size > 0 && sorted.adam_v.size > 0
        ? { first: moment("adam_m"), second: moment("adam_v") }
        : undefined,
    step: sorted.step === undefined ? undefined : await readStep(source, sorted.step),
    ignored: [...source.skipped, ...sorted.ignored],
    unexpected: sorted.unexpected,
    prefix,
    close: source.close,
  };
}

interface Sorted {
  readonly weight: Map<string, Viewed>;
  readonly adam_m: Map<string, Viewed>;
  readonly adam_v: Map<string, Viewed>;
  readonly ignored: Note[];
  readonly unexpected: string[];
  step?: string;
}

function sortTensors(
  source: WeightSource,
  original: boolean,
  prefix: string,
  config: Config,
): Sorted {
  const sorted: Sorted = {
    weight: new Map(),
    adam_m: new Map(),
    adam_v: new Map(),
    ignored: [],
    unexpected: [],
  };
  const meaningOf = meaningsIn(config);
  const expected = expectedWeights(config);
  for (const tensor of source.tensors.values()) {
    const from = tensor.name;
    const meaning = original ? meaningOfOriginal(from) : meaningOf(from.slice(prefix.length));
    if (meaning.kind === "ignored") sorted.ignored.push([from, meaning.reason]);
    else if (meaning.kind === "step") sorted.step = from;
    else if (meaning.kind === "unexpected" || !expected.has(meaning.name)) {
      sorted.unexpected.push(from);
    } else {
      const { kind, name } = meaning;
      const transposed = meaning.transposed && tensor.shape.length === 2;
      const shape = transposed ? [...tensor.shape].reverse() : tensor.shape;
      sorted[kind].set(name, { ...tensor, name, from, shape, transposed });
    }
  }
  // Where two names share one storage, a file may hold either.
  const { embedding, output } = modelOf(config).files;
  const head = source.tensors.get(`${prefix}${output}`);
  if (!original && head && config.tie_word_embeddings && !sorted.weight.has(embedding)) {
    sorted.weight.set(embedding, { ...head, name: embedding, from: head.name, transposed: false });
  }
  return sorted;
}

function withVocabulary(config: Config, size: number | undefined): Config {
  if (size === undefined || size === config.vocab_size) return config;
  if (size > config.vocab_size) {
    const sentence = `a vocabulary of ${config.vocab_size} cannot be cut to ${size}.`;
    throw new MtfError("bad-argument", sentence, {
      try: [optionsInWords({ vocabSize: config.vocab_size })],
    });
  }
  return parseConfig({ ...toJson(config), vocab_size: size }, "the config with `vocabSize`");
}

/** Rows beyond the vocabulary pad it to what a mesh divides; they mean nothing. */
function cutVocabulary(
  tensors: Map<string, Viewed>,
  config: Config,
  size: number | undefined,
): void {
  if (size === undefined) return;
  for (const { name, shape } of ofVocabulary(config)) {
    const tensor = tensors.get(name);
    if (tensor?.shape.length !== shape.length || tensor.shape[0]! <= size) continue;
    tensors.set(name, { ...tensor, shape: [size, ...tensor.shape.slice(1)] });
  }
}

/** The parameters with a row for each id. */
function ofVocabulary(config: Config): readonly ParameterName[] {
  return modelOf(config)
    .names(config)
    .filter(({ dims }) => dims[0]?.[0]?.name === "vocab");
}

function checkWeights(file: string, config: Config, weights: ReadonlyMap<string, Viewed>): void {
  const problems: Note[] = [];
  const { embedding } = modelOf(config).files;
  const advice: string[] = [];
  for (const [name, shape] of expectedWeights(config)) {
    const tensor = weights.get(name);
    if (!tensor) problems.push([name, "is missing"]);
    else if (tensor.shape.join() !== shape.join()) {
      const told = `is [${tensor.shape.join(", ")}], but the config says [${shape.join(", ")}]`;
      problems.push([name, told]);
      if (name === embedding && tensor.shape[0]! > config.vocab_size) {
        advice.push(
          `converting with ${optionsInWords({ vocabSize: config.vocab_size })}, which keeps as many rows`,
        );
      }
    }
  }
  if (problems.length === 0) return;
  const shown = problems.slice(0, 20);
  if (problems.length > shown.length) shown.push(["…", `${problems.length - shown.length} more`]);
  throw new MtfError("bad-checkpoint", `${file} does not hold the model of its config.`, {
    evidence: shown,
    try: advice,
    file,
    problems,
  });
}

async function readStep(source: WeightSource, name: string): Promise<number | undefined> {
  const tensor = source.tensors.get(name)!;
  if (tensor.shape.some((size) => size !== 1)) return undefined;
  return (await source.read(name, { as: "float64" }))[0];
}
