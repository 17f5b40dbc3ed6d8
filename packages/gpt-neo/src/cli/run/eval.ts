import { dirname } from "node:path";
import { type Evidence, MtfError } from "mtf";
import { readIds } from "../../data/index.ts";
import { apart } from "../../eval/apart.ts";
import { evaluator, scoring } from "../../eval/evaluator.ts";
import { keepWindows } from "../../eval/kept-windows.ts";
import { checkLogitsFile, writeLogits } from "../../eval/logits.ts";
import { counter, type EvaluateSettings, type Evaluation, measure } from "../../eval/measure.ts";
import { type Window, windowsOf } from "../../eval/windows.ts";
import { meshFor } from "../../fit/index.ts";
import { type LoadedModel, loadModel } from "../../loaded-model.ts";
import { some } from "../../some.ts";
import { follows } from "../../team.ts";
import { withSpecial } from "../../tokenizer/index.ts";
import { asTyped } from "../as-typed.ts";
import type { EvalOptions } from "../eval-options.ts";
import { progressLine } from "../progress.ts";
import { modelOptions } from "./model-options.ts";

/**
 * Measures a model as the command line says.
 *
 * @throws MtfError as `loadModel`; `bad-checkpoint` where the weights make a loss that is no number
 * @example
 * const { perplexity } = await run({ model: "runs/tuned", data: ["held-out.txt"] });
 */
export async function run(options: EvalOptions): Promise<Evaluation> {
  if (options.logits !== undefined) await checkLogitsFile(options.logits);
  const chosen = meshFor(options, {
    devices: 8,
    rows: (mesh) => mesh.size,
    build: (config, dims) => scoring(config, dims, options.logits !== undefined),
  });
  const model = await loadModel(options.model, modelOptions(options), chosen);
  const { mesh } = model.devices;
  const progress = progressLine();
  try {
    for (const text of model.notes) progress.note(asTyped(text));
    const evidence: Evidence[] = [["data", options.data.join(", ")]];
    const windows = windowsIn(options, model, progress.note);
    const onProgress: EvaluateSettings["onProgress"] = ({ tokens, loss }) =>
      progress.update(`${some(tokens, "prediction")}, loss ${loss.toFixed(4)}`);
    if (options.logits === undefined)
      return await measure(model, windows, { onProgress, evidence });
    const count = counter(model, onProgress, evidence);
    const { score } = evaluator(model, mesh.size);
    await writeAll(options.logits, windows, mesh.size, model, async (batch, length) => {
      const scores = await score(batch, length);
      await count.add(scores);
      return scores.logits!;
    });
    return count.result();
  } finally {
    progress.end();
    await model.close();
  }
}

async function* windowsIn(
  options: EvalOptions,
  model: LoadedModel,
  onLeftOut: (line: string) => void,
): AsyncGenerator<Window> {
  const { config, context: longest, tokenizer } = model;
  const stride = options.stride ?? longest;
  if (stride > longest) {
    throw new MtfError("bad-argument", `--stride ${stride} would leave out ids.`, {
      try: [`--stride ${longest}, the model's context, or less`],
    });
  }
  const vocabulary = {
    tokenizer: tokenizer && options.special ? withSpecial(tokenizer) : tokenizer,
    size: config.vocab_size,
  };
  const parts = readIds(options.data, vocabulary, { ...options, onLeftOut });
  const documents = options.noCrossDocument ? apart(parts, config.eos_token_id) : parts;
  yield* windowsOf(documents, longest, stride);
}

/**
 * Writes the logits of all windows, `[rows, length, vocab]`, as they come; rows that are shorter end in
 * zeros. Their number stands at the file's beginning, so the windows are counted before.
 */
async function writeAll(
  path: string,
  windows: AsyncIterable<Window>,
  rows: number,
  model: LoadedModel,
  logitsOf: (batch: readonly Window[], length: number) => Promise<Float32Array>,
): Promise<void> {
  const kept = await keepWindows(windows, { folder: dirname(path) });
  async function* data(): AsyncGenerator<Float32Array> {
    for (const batch of batchesOf(kept.all(), rows)) yield logitsOf(batch, kept.longest);
  }
  try {
    // All compute them, and one writes.
    if (follows()) for await (const _ of data());
    else await writeLogits(path, [kept.count, kept.longest, model.config.vocab_size], data);
  } finally {
    kept.close();
  }
}

function* batchesOf<T>(all: Iterable<T>, size: number): Generator<T[]> {
  let batch: T[] = [];
  for (const one of all) {
    batch.push(one);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
