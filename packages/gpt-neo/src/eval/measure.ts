import { type Evidence, MtfError } from "mtf";
import { type DocumentPart, type Documents, documentParts, inIds } from "../data/index.ts";
import { tokenizerOf } from "../generate/text.ts";
import type { LoadedModel } from "../loaded-model.ts";
import { notNumbers } from "../not-numbers.ts";
import { checkNames, type OptionNames } from "../option-names.ts";
import { evaluator, type Scores } from "./evaluator.ts";
import { type Window, windowsOf } from "./windows.ts";

/** How well a model predicts. */
export interface Evaluation {
  /** Nats per predicted token. */
  readonly loss: number;
  readonly perplexity: number;
  /** Predictions made. */
  readonly tokens: number;
}

export interface EvaluateSettings {
  /** Each window of a document predicts as many new ids; by default windows are disjoint. */
  readonly stride?: number | undefined;
  /** Told what it comes to so far, after each batch. */
  readonly onProgress?: ((sofar: Pick<Evaluation, "loss" | "tokens">) => void) | undefined;
  /** Ends it by its reason, thrown before the next batch. */
  readonly signal?: AbortSignal | undefined;
}

const names: OptionNames<EvaluateSettings> = { stride: true, onProgress: true, signal: true };

interface MeasureSettings extends Pick<EvaluateSettings, "onProgress" | "signal"> {
  /** What the data are, for errors. */
  readonly evidence?: Evidence[];
}

/**
 * How well a model predicts documents: texts, ids as they stand, or what `readDocuments` gives. A document that is longer than the
 * model sees at once is predicted in windows.
 *
 * @throws MtfError `bad-argument` where there is nothing to predict, for text and a model without a
 * tokenizer, or a stride that would leave out ids; `bad-checkpoint` where the weights make a loss
 * that is no number; the signal's reason
 * @example
 * const { perplexity } = await evaluate(model, ["One fish, two fish."]);
 */
export async function evaluate(
  model: LoadedModel,
  documents: Documents,
  settings: EvaluateSettings = {},
): Promise<Evaluation> {
  checkNames("evaluate", settings, names);
  const { context } = model;
  const { stride = context } = settings;
  if (!(Number.isInteger(stride) && stride >= 1 && stride <= context)) {
    throw new MtfError("bad-argument", `evaluate: a stride of ${stride} would leave out ids.`, {
      try: [`1 to ${context}, the model's context`],
    });
  }
  const { tokenizer, config } = model;
  const vocabulary = { tokenizer, size: config.vocab_size };
  const parts = inIds(readable(model, documents), vocabulary);
  return measure(model, windowsOf(parts, context, stride), settings);
}

/**
 * How well a model predicts windows.
 * @throws MtfError as `evaluate`
 */
export async function measure(
  model: LoadedModel,
  windows: AsyncIterable<Window>,
  { onProgress, signal, evidence }: MeasureSettings = {},
): Promise<Evaluation> {
  const rows = model.devices.mesh.size;
  const { score, unload } = evaluator(model, rows);
  const count = counter(model, onProgress, evidence);
  try {
    for await (const batch of inBatches(windows, rows)) {
      signal?.throwIfAborted();
      await count.add(await score(batch));
    }
    return count.result();
  } finally {
    await unload();
  }
}

/** Adds up what batches come to. */
export interface Counter {
  /** @throws MtfError `bad-checkpoint` where it is no number */
  add(scores: Scores): Promise<void>;
  /** @throws MtfError `bad-argument` if nothing was predicted */
  result(): Evaluation;
}

export function counter(
  model: LoadedModel,
  onProgress: EvaluateSettings["onProgress"],
  evidence: Evidence[] = [],
): Counter {
  let [sum, tokens] = [0, 0];
  return {
    async add(scores) {
      if (!Number.isFinite(scores.loss)) {
        throw await notNumbers(model, `loss of predictions ${tokens + 1} and up`);
      }
      sum += scores.loss;
      tokens += scores.tokens;
      onProgress?.({ loss: sum / Math.max(1, tokens), tokens });
    },
    result() {
      if (tokens > 0) return { loss: sum / tokens, perplexity: Math.exp(sum / tokens), tokens };
      throw new MtfError("bad-argument", "the data have nothing to predict.", { evidence });
    },
  };
}

/** The documents, unless there is text among them that a model without a tokenizer cannot read. */
async function* readable(model: LoadedModel, documents: Documents): AsyncGenerator<DocumentPart> {
  for await (const part of documentParts(documents, model.config.vocab_size)) {
    if (part.kind === "text") tokenizerOf(model);
    yield part;
  }
}

/** Windows that predict something, in batches. */
async function* inBatches(windows: AsyncIterable<Window>, rows: number): AsyncGenerator<Window[]> {
  let batch: Window[] = [];
  for await (const window of windows) {
    if (window.labels.every((label) => label < 0)) continue;
    batch.push(window);
    if (batch.length === rows) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}
